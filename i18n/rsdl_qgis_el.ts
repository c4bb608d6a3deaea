<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="el" sourcelanguage="en">
 <context>
  <name>RSDL</name>
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
   <source>Choose a file of weights</source>
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
   <source>Not usable: {problem}</source>
   <translation>Μη χρησιμοποιήσιμο: {problem}</translation>
  </message>
  <message>
   <source>chosen from the rasters</source>
   <translation>επιλέγεται από τα ψηφιδωτά</translation>
  </message>
  <message>
   <source>RSDL</source>
   <translation>RSDL</translation>
  </message>
  <message>
   <source>Python with the libraries, or its environment's folder. Empty: the managed environment.</source>
   <translation>Η Python που έχει τις βιβλιοθήκες, ή ο φάκελος του περιβάλλοντός της. Κενό: το περιβάλλον που διαχειρίζεται το πρόσθετο.</translation>
  </message>
  <message>
   <source>Folders that hold model folders or .onnx files, one a line.</source>
   <translation>Φάκελοι που περιέχουν φακέλους μοντέλων ή αρχεία .onnx, ένας ανά γραμμή.</translation>
  </message>
  <message>
   <source>What DEVICE starts with: auto, cpu, cuda, cuda:N or mps.</source>
   <translation>Η αρχική τιμή του DEVICE: auto, cpu, cuda, cuda:N ή mps.</translation>
  </message>
  <message>
   <source>Set up environment…</source>
   <translation>Εγκατάσταση περιβάλλοντος…</translation>
  </message>
  <message>
   <source>Worker's Python</source>
   <translation>Python του εργάτη</translation>
  </message>
  <message>
   <source>More model folders</source>
   <translation>Πρόσθετοι φάκελοι μοντέλων</translation>
  </message>
  <message>
   <source>Default device</source>
   <translation>Προεπιλεγμένη συσκευή</translation>
  </message>
  <message>
   <source>In use: {python}</source>
   <translation>Σε χρήση: {python}</translation>
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
   <source>Overall accuracy, or pixel accuracy (0 to 1)</source>
   <translation>Συνολική ακρίβεια, ή ακρίβεια εικονοστοιχείων (0 έως 1)</translation>
  </message>
  <message>
   <source>Kappa (-1 to 1)</source>
   <translation>Κάπα (-1 έως 1)</translation>
  </message>
  <message>
   <source>Mean IoU (0 to 1)</source>
   <translation>Μέσο IoU (0 έως 1)</translation>
  </message>
  <message>
   <source>Frequency-weighted IoU (0 to 1)</source>
   <translation>IoU σταθμισμένο με τη συχνότητα (0 έως 1)</translation>
  </message>
  <message>
   <source>Mean F1 of the classes (0 to 1)</source>
   <translation>Μέσο F1 των κλάσεων (0 έως 1)</translation>
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
   <source>Pixel accuracy, mean over maps (0 to 1)</source>
   <translation>Ακρίβεια εικονοστοιχείων, μέσος όρος των χαρτών (0 έως 1)</translation>
  </message>
  <message>
   <source>Mean IoU, mean over maps (0 to 1)</source>
   <translation>Μέσο IoU, μέσος όρος των χαρτών (0 έως 1)</translation>
  </message>
  <message>
   <source>Frequency-weighted IoU, mean over maps (0 to 1)</source>
   <translation>IoU σταθμισμένο με τη συχνότητα, μέσος όρος των χαρτών (0 έως 1)</translation>
  </message>
  <message>
   <source>Assess map</source>
   <translation>Αξιολόγηση χάρτη</translation>
  </message>
  <message>
   <source>Compares a map of classes, a raster or polygons, with a reference: a raster, polygons or points. Gives the confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and IoU of each class, mean and frequency-weighted IoU, as a report, as a table and as numbers for models.

The reference may have another coordinate system and pixel size: it is looked up at the centre of each of the map's pixels. Polygons label the pixels whose centre they hold; each point counts once. Nodata, ground without a label, and places where polygons of two classes overlap are left out. Where a raster declares no nodata, -9999 and the like count as nodata, and so does 255 or 65535 beside two or more small numbers, unless it has a class name; the report lists them.

Classes are the same if they have the same number. If a field holds names, or both rasters name their classes and number them differently, the same name makes the same class.

Several maps and references are paired in the order in which they are listed; a single reference goes with all maps. The figures are then of all maps together, and beside them the means over maps, in which each map counts alike.</source>
   <translation>Συγκρίνει έναν χάρτη κλάσεων, ψηφιδωτό ή πολύγωνα, με μια αναφορά: ψηφιδωτό, πολύγωνα ή σημεία. Δίνει τον πίνακα σύγχυσης, τη συνολική ακρίβεια, το κάπα, την ακρίβεια χρήστη και παραγωγού, το F1 και το IoU κάθε κλάσης, το μέσο και το σταθμισμένο με τη συχνότητα IoU, ως έκθεση, ως πίνακα και ως αριθμούς για μοντέλα.

Η αναφορά μπορεί να έχει άλλο σύστημα συντεταγμένων και μέγεθος εικονοστοιχείου: διαβάζεται στο κέντρο κάθε εικονοστοιχείου του χάρτη. Τα πολύγωνα δίνουν ετικέτα στα εικονοστοιχεία των οποίων περιέχουν το κέντρο· κάθε σημείο μετρά μία φορά. Το nodata, το έδαφος χωρίς ετικέτα και οι θέσεις όπου επικαλύπτονται πολύγωνα δύο κλάσεων μένουν έξω. Όπου ένα ψηφιδωτό δεν δηλώνει nodata, το -9999 και τα παρόμοια μετρούν ως nodata, όπως και το 255 ή το 65535 δίπλα σε δύο ή περισσότερους μικρούς αριθμούς, εκτός αν έχει όνομα κλάσης· η έκθεση τα απαριθμεί.

Οι κλάσεις είναι ίδιες αν έχουν τον ίδιο αριθμό. Αν ένα πεδίο περιέχει ονόματα, ή αν και τα δύο ψηφιδωτά ονομάζουν τις κλάσεις τους και τις αριθμούν διαφορετικά, το ίδιο όνομα σημαίνει την ίδια κλάση.

Περισσότεροι χάρτες και αναφορές αντιστοιχίζονται με τη σειρά που δίνονται· μία μόνο αναφορά ισχύει για όλους τους χάρτες. Οι δείκτες αφορούν τότε όλους τους χάρτες μαζί, και δίπλα τους δίνονται οι μέσοι όροι των χαρτών, όπου κάθε χάρτης μετρά το ίδιο.</translation>
  </message>
  <message>
   <source>{pixels} compared: overall accuracy {accuracy:.4f}, kappa {kappa}, mean IoU {iou:.4f}, macro F1 {f1:.4f}.</source>
   <translation>Συγκρίθηκαν {pixels}: συνολική ακρίβεια {accuracy:.4f}, κάπα {kappa}, μέσο IoU {iou:.4f}, μέσο F1 {f1:.4f}.</translation>
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
   <source>What is taken for true: a class raster, polygons or points, in any coordinate system. One for all maps, or as many as maps, in the same order.</source>
   <translation>Ό,τι θεωρείται αληθές: ψηφιδωτό κλάσεων, πολύγωνα ή σημεία, σε οποιοδήποτε σύστημα συντεταγμένων. Ένα για όλους τους χάρτες, ή τόσα όσοι οι χάρτες, με την ίδια σειρά.</translation>
  </message>
  <message>
   <source>Class field of the map</source>
   <translation>Πεδίο κλάσης του χάρτη</translation>
  </message>
  <message>
   <source>For a map of polygons: the field with the number or name of each one's class. Default: 'value' or 'class' if there is one; else all polygons are class 1.</source>
   <translation>Για χάρτη πολυγώνων: το πεδίο με τον αριθμό ή το όνομα της κλάσης του καθενός. Προεπιλογή: 'value' ή 'class' αν υπάρχει· αλλιώς όλα τα πολύγωνα είναι κλάση 1.</translation>
  </message>
  <message>
   <source>Class field of the reference</source>
   <translation>Πεδίο κλάσης της αναφοράς</translation>
  </message>
  <message>
   <source>For polygons and points: the field with the number or name of each one's class. Default: 'value' or 'class' if there is one; else all polygons are class 1.</source>
   <translation>Για πολύγωνα και σημεία: το πεδίο με τον αριθμό ή το όνομα της κλάσης του καθενός. Προεπιλογή: 'value' ή 'class' αν υπάρχει· αλλιώς όλα τα πολύγωνα είναι κλάση 1.</translation>
  </message>
  <message>
   <source>Ground without a label</source>
   <translation>Έδαφος χωρίς ετικέτα</translation>
  </message>
  <message>
   <source>Ground between the reference's polygons, and nodata of a reference raster: ignore leaves it out; background takes it for the background class, which is right only where all of the rest was labelled.</source>
   <translation>Το έδαφος ανάμεσα στα πολύγωνα της αναφοράς, και το nodata ψηφιδωτού αναφοράς: το ignore το αφήνει έξω· το background το θεωρεί κλάση φόντου, που είναι σωστό μόνο όπου όλα τα υπόλοιπα έχουν ετικέτα.</translation>
  </message>
  <message>
   <source>Ground without a class in the map</source>
   <translation>Έδαφος χωρίς κλάση στον χάρτη</translation>
  </message>
  <message>
   <source>Ground between the map's polygons, and nodata of a map raster: ignore leaves it out; background takes it for the background class. Choose that for polygons that show one class alone.</source>
   <translation>Το έδαφος ανάμεσα στα πολύγωνα του χάρτη, και το nodata ψηφιδωτού χάρτη: το ignore το αφήνει έξω· το background το θεωρεί κλάση φόντου. Επιλέξτε το για πολύγωνα που δείχνουν μία μόνο κλάση.</translation>
  </message>
  <message>
   <source>Area to assess</source>
   <translation>Περιοχή προς αξιολόγηση</translation>
  </message>
  <message>
   <source>Only this rectangle is compared. Default: all that both cover.</source>
   <translation>Συγκρίνεται μόνο αυτό το ορθογώνιο. Προεπιλογή: όλα όσα καλύπτουν και τα δύο.</translation>
  </message>
  <message>
   <source>Polygons to assess inside of</source>
   <translation>Πολύγωνα εντός των οποίων γίνεται η αξιολόγηση</translation>
  </message>
  <message>
   <source>Only what lies inside these polygons is compared. Any coordinate system. Default: no limit.</source>
   <translation>Συγκρίνεται μόνο ό,τι βρίσκεται μέσα σε αυτά τα πολύγωνα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: χωρίς όριο.</translation>
  </message>
  <message>
   <source>A stored number that means nodata in the rasters of both sides, in addition to the nodata that they declare. Any number. Default: only the declared nodata.</source>
   <translation>Αποθηκευμένος αριθμός που σημαίνει nodata στα ψηφιδωτά και των δύο πλευρών, επιπλέον του nodata που δηλώνουν. Οποιοσδήποτε αριθμός. Προεπιλογή: μόνο το δηλωμένο nodata.</translation>
  </message>
  <message>
   <source>Background class</source>
   <translation>Κλάση φόντου</translation>
  </message>
  <message>
   <source>The number of the class that ground without one is taken for, where it is; a whole number.</source>
   <translation>Ο αριθμός της κλάσης που αποδίδεται σε έδαφος χωρίς κλάση, όπου αυτό ζητείται· ακέραιος.</translation>
  </message>
  <message>
   <source>Band of the map</source>
   <translation>Δίαυλος του χάρτη</translation>
  </message>
  <message>
   <source>Number of the map's band with the classes, from 1.</source>
   <translation>Αριθμός του διαύλου του χάρτη με τις κλάσεις, από 1.</translation>
  </message>
  <message>
   <source>Band of the reference</source>
   <translation>Δίαυλος της αναφοράς</translation>
  </message>
  <message>
   <source>Number of the reference raster's band with the classes, from 1.</source>
   <translation>Αριθμός του διαύλου του ψηφιδωτού αναφοράς με τις κλάσεις, από 1.</translation>
  </message>
  <message>
   <source>Pixel size (polygons with polygons)</source>
   <translation>Μέγεθος εικονοστοιχείου (πολύγωνα με πολύγωνα)</translation>
  </message>
  <message>
   <source>Side of the pixels on which polygons are compared with polygons, in units of the map's coordinate system, above 0. Default: about four million pixels in all. Elsewhere the raster's pixels are used.</source>
   <translation>Πλευρά των εικονοστοιχείων πάνω στα οποία συγκρίνονται πολύγωνα με πολύγωνα, σε μονάδες του συστήματος συντεταγμένων του χάρτη, πάνω από 0. Προεπιλογή: περίπου τέσσερα εκατομμύρια εικονοστοιχεία συνολικά. Αλλού χρησιμοποιούνται τα εικονοστοιχεία του ψηφιδωτού.</translation>
  </message>
  <message>
   <source>Report</source>
   <translation>Αναφορά</translation>
  </message>
  <message>
   <source>HTML files (*.html)</source>
   <translation>Αρχεία HTML (*.html)</translation>
  </message>
  <message>
   <source>A page (.html) with all figures, the confusion matrix, and what was compared, in one file.</source>
   <translation>Σελίδα (.html) με όλους τους δείκτες, τον πίνακα σύγχυσης και το τι συγκρίθηκε, σε ένα αρχείο.</translation>
  </message>
  <message>
   <source>Table of classes</source>
   <translation>Πίνακας κλάσεων</translation>
  </message>
  <message>
   <source>CSV files (*.csv)</source>
   <translation>Αρχεία CSV (*.csv)</translation>
  </message>
  <message>
   <source>A table (.csv) with a row for each class: its figures and its row of the confusion matrix.</source>
   <translation>Πίνακας (.csv) με μία γραμμή για κάθε κλάση: τους δείκτες της και τη γραμμή της στον πίνακα σύγχυσης.</translation>
  </message>
  <message>
   <source>Table of maps</source>
   <translation>Πίνακας χαρτών</translation>
  </message>
  <message>
   <source>A table (.csv) with a row for each map and its figures. Not made unless asked for.</source>
   <translation>Πίνακας (.csv) με μία γραμμή για κάθε χάρτη και τους δείκτες του. Δεν δημιουργείται αν δεν ζητηθεί.</translation>
  </message>
  <message>
   <source>Or let its polygons be one class and the rest background: {rule}=background.</source>
   <translation>Ή ας είναι τα πολύγωνά του μία κλάση και τα υπόλοιπα φόντο: {rule}=background.</translation>
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
   <source>'{layer}' has no field '{field}'. It has: {fields}.</source>
   <translation>Το '{layer}' δεν έχει πεδίο '{field}'. Έχει: {fields}.</translation>
  </message>
  <message>
   <source>Choose the field of '{layer}' that holds the classes, in {option}.</source>
   <translation>Επιλέξτε το πεδίο του '{layer}' που περιέχει τις κλάσεις, στο {option}.</translation>
  </message>
  <message>
   <source>{name}: '{layer}' is a picture, not a map of classes. Choose another layer.</source>
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
   <source>Assess detections</source>
   <translation>Αξιολόγηση ανιχνεύσεων</translation>
  </message>
  <message>
   <source>Compares detected objects, as 'Object detection' gives them, with true ones: boxes or polygons, of which the rectangle around each counts. A detection is a hit where it and an object of its class share at least half of what both cover; each object is hit once, by the surest detection. Gives the average precision at an overlap of 0.5 (AP50) and its mean over overlaps of 0.5 to 0.95 (AP50:95), as COCO's evaluation does, and precision, recall and F1 of the detections from a least score on, in all and of each class, with 95 % intervals, as a report, as a table and as numbers for models; and a layer with the hits, the false alarms and the misses.

The layers may have different coordinate systems. Where only a part of the ground was labelled, choose it by EXTENT or MASK: objects whose middle lies outside of it do not count.</source>
   <translation>Συγκρίνει ανιχνευμένα αντικείμενα, όπως τα δίνει η «Ανίχνευση αντικειμένων», με αληθή: πλαίσια ή πολύγωνα, από τα οποία μετρά το ορθογώνιο γύρω από το καθένα. Μια ανίχνευση είναι επιτυχία όπου αυτή και ένα αντικείμενο της κλάσης της έχουν κοινό τουλάχιστον το μισό από όσα καλύπτουν μαζί· κάθε αντικείμενο βρίσκεται μία φορά, από την πιο βέβαιη ανίχνευση. Δίνει τη μέση ορθότητα σε επικάλυψη 0.5 (AP50) και τον μέσο όρο της σε επικαλύψεις 0.5 έως 0.95 (AP50:95), όπως η αξιολόγηση του COCO, και την ορθότητα, την ανάκληση και το F1 των ανιχνεύσεων από μια ελάχιστη βαθμολογία και πάνω, συνολικά και κάθε κλάσης, με διαστήματα 95 %, ως έκθεση, ως πίνακα και ως αριθμούς για μοντέλα· και ένα επίπεδο με τις επιτυχίες, τους ψευδείς συναγερμούς και τις παραλείψεις.

Τα επίπεδα μπορεί να έχουν διαφορετικά συστήματα συντεταγμένων. Όπου έχει ετικέτες ένα μέρος μόνο του εδάφους, επιλέξτε το με το EXTENT ή το MASK: αντικείμενα με το μέσο έξω από αυτό δεν μετρούν.</translation>
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
   <source>Average precision at an overlap of 0.5, AP50 (0 to 1)</source>
   <translation>Μέση ορθότητα σε επικάλυψη 0.5, AP50 (0 έως 1)</translation>
  </message>
  <message>
   <source>Mean average precision at overlaps of 0.5 to 0.95, AP50:95 (0 to 1)</source>
   <translation>Μέσος όρος της μέσης ορθότητας σε επικαλύψεις 0.5 έως 0.95, AP50:95 (0 έως 1)</translation>
  </message>
  <message>
   <source>Share of the detections that are hits (0 to 1)</source>
   <translation>Ποσοστό των ανιχνεύσεων που είναι επιτυχίες (0 έως 1)</translation>
  </message>
  <message>
   <source>Share of the true objects that are found (0 to 1)</source>
   <translation>Ποσοστό των αληθών αντικειμένων που βρέθηκαν (0 έως 1)</translation>
  </message>
  <message>
   <source>F1 of precision and recall (0 to 1)</source>
   <translation>F1 ορθότητας και ανάκλησης (0 έως 1)</translation>
  </message>
  <message>
   <source>True objects</source>
   <translation>Αληθή αντικείμενα</translation>
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
   <source>Hits, misses and false alarms</source>
   <translation>Επιτυχίες, παραλείψεις και ψευδείς συναγερμοί</translation>
  </message>
  <message>
   <source>Accuracy</source>
   <translation>Ακρίβεια</translation>
  </message>
  <message>
   <source>{objects} objects, {hits} hits, {misses} misses, {alarms} false alarms: AP50 {ap50}, AP50:95 {ap}, F1 {f1}.</source>
   <translation>{objects} αντικείμενα, {hits} επιτυχίες, {misses} παραλείψεις, {alarms} ψευδείς συναγερμοί: AP50 {ap50}, AP50:95 {ap}, F1 {f1}.</translation>
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
   <source>What is taken for true: boxes or polygons around all objects, in any coordinate system.</source>
   <translation>Ό,τι θεωρείται αληθές: πλαίσια ή πολύγωνα γύρω από όλα τα αντικείμενα, σε οποιοδήποτε σύστημα συντεταγμένων.</translation>
  </message>
  <message>
   <source>Class of the detections</source>
   <translation>Κλάση των ανιχνεύσεων</translation>
  </message>
  <message>
   <source>The field with the name or number of each detection's class. Default: 'class' if there is one.</source>
   <translation>Το πεδίο με το όνομα ή τον αριθμό της κλάσης κάθε ανίχνευσης. Προεπιλογή: 'class' αν υπάρχει.</translation>
  </message>
  <message>
   <source>True class</source>
   <translation>Αληθής κλάση</translation>
  </message>
  <message>
   <source>The field with the name or number of each object's class. Default: 'class' if there is one. Where either layer has none, all objects count as one class.</source>
   <translation>Το πεδίο με το όνομα ή τον αριθμό της κλάσης κάθε αντικειμένου. Προεπιλογή: 'class' αν υπάρχει. Όπου ένα από τα δύο επίπεδα δεν έχει, όλα τα αντικείμενα μετρούν ως μία κλάση.</translation>
  </message>
  <message>
   <source>Least score</source>
   <translation>Ελάχιστη βαθμολογία</translation>
  </message>
  <message>
   <source>Precision, recall, F1 and the layer are of the detections with at least this score, 0 to 1. Default: 0, all that the layer has. Average precision is of all in any case.</source>
   <translation>Η ορθότητα, η ανάκληση, το F1 και το επίπεδο αφορούν τις ανιχνεύσεις που έχουν τουλάχιστον αυτή τη βαθμολογία, 0 έως 1. Προεπιλογή: 0, όλες όσες έχει το επίπεδο. Η μέση ορθότητα αφορά πάντα όλες.</translation>
  </message>
  <message>
   <source>Only objects whose middle lies in this rectangle count. Default: all.</source>
   <translation>Μετρούν μόνο αντικείμενα με το μέσο μέσα σε αυτό το ορθογώνιο. Προεπιλογή: όλα.</translation>
  </message>
  <message>
   <source>Only objects whose middle lies in these polygons count. Any coordinate system. Default: no limit.</source>
   <translation>Μετρούν μόνο αντικείμενα με το μέσο μέσα σε αυτά τα πολύγωνα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: χωρίς όριο.</translation>
  </message>
  <message>
   <source>Score of the detections</source>
   <translation>Βαθμολογία των ανιχνεύσεων</translation>
  </message>
  <message>
   <source>The field with the score of each detection, 0 to 1. Default: 'score' if there is one, else all 1.</source>
   <translation>Το πεδίο με τη βαθμολογία κάθε ανίχνευσης, 0 έως 1. Προεπιλογή: 'score' αν υπάρχει, αλλιώς όλες 1.</translation>
  </message>
  <message>
   <source>Objects that do not count</source>
   <translation>Αντικείμενα που δεν μετρούν</translation>
  </message>
  <message>
   <source>A field of numbers: objects with anything but 0 in it, such as crowds or doubtful ones, are neither hits nor misses, and what is detected on them is no false alarm.</source>
   <translation>Ένα πεδίο αριθμών: αντικείμενα με οτιδήποτε άλλο από 0 σε αυτό, όπως πλήθη ή αμφίβολα, δεν είναι ούτε επιτυχίες ούτε παραλείψεις, και ό,τι ανιχνεύεται πάνω τους δεν είναι ψευδής συναγερμός.</translation>
  </message>
  <message>
   <source>A layer of polygons with fields outcome (hit, false alarm, miss, ignored), class, score and iou: the detections from the least score on, and the true objects that none of them hit.</source>
   <translation>Επίπεδο πολυγώνων με πεδία outcome (επιτυχία, ψευδής συναγερμός, παράλειψη, αγνοήθηκε), class, score και iou: οι ανιχνεύσεις από την ελάχιστη βαθμολογία και πάνω, και τα αληθή αντικείμενα που δεν βρήκε καμία τους.</translation>
  </message>
  <message>
   <source>A page (.html) with all figures, the curves of precision and recall, and what was compared.</source>
   <translation>Σελίδα (.html) με όλους τους δείκτες, τις καμπύλες ορθότητας και ανάκλησης, και το τι συγκρίθηκε.</translation>
  </message>
  <message>
   <source>A table (.csv) with a row for each class: its figures and their intervals.</source>
   <translation>Πίνακας (.csv) με μία γραμμή για κάθε κλάση: τους δείκτες της και τα διαστήματά τους.</translation>
  </message>
  <message>
   <source>{layer}: hits and misses</source>
   <translation>{layer}: επιτυχίες και παραλείψεις</translation>
  </message>
  <message>
   <source>{option}: the field '{field}' of '{layer}' holds no numbers. Choose another.</source>
   <translation>{option}: το πεδίο '{field}' του '{layer}' δεν περιέχει αριθμούς. Επιλέξτε άλλο.</translation>
  </message>
  <message>
   <source>Overall accuracy, of one class a feature (0 to 1)</source>
   <translation>Συνολική ακρίβεια, για μία κλάση ανά οντότητα (0 έως 1)</translation>
  </message>
  <message>
   <source>Kappa, of one class a feature (-1 to 1)</source>
   <translation>Κάπα, για μία κλάση ανά οντότητα (-1 έως 1)</translation>
  </message>
  <message>
   <source>Mean IoU of the classes, of one class a feature (0 to 1)</source>
   <translation>Μέσο IoU των κλάσεων, για μία κλάση ανά οντότητα (0 έως 1)</translation>
  </message>
  <message>
   <source>Frequency-weighted IoU, of one class a feature (0 to 1)</source>
   <translation>IoU σταθμισμένο με τη συχνότητα, για μία κλάση ανά οντότητα (0 έως 1)</translation>
  </message>
  <message>
   <source>Mean F1 of the classes or labels (0 to 1)</source>
   <translation>Μέσο F1 των κλάσεων ή των ετικετών (0 έως 1)</translation>
  </message>
  <message>
   <source>Mean F1 per feature, of several labels (0 to 1)</source>
   <translation>Μέσο F1 ανά οντότητα, για πολλές ετικέτες (0 έως 1)</translation>
  </message>
  <message>
   <source>F1 of all labels together, of several labels (0 to 1)</source>
   <translation>F1 όλων των ετικετών μαζί, για πολλές ετικέτες (0 έως 1)</translation>
  </message>
  <message>
   <source>Mean average precision (mAP), of several labels (0 to 1)</source>
   <translation>Μέσος όρος της μέσης ορθότητας (mAP), για πολλές ετικέτες (0 έως 1)</translation>
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
   <source>Compares the predicted classes of features, as 'Scene classification' gives them, with a reference: another field of the layer, or another layer. For one class a feature it gives the confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and IoU of each class, mean F1, mean and frequency-weighted IoU; for several labels the mean F1 per feature, micro and macro F1, and precision, recall and F1 of each label, and, where the layer has a field with the probability of each label, average precision (AP) and its mean (mAP). All figures have 95 % intervals. They come as a report, as a table and as numbers for models.

Features of two layers go together by a field of ids, or else by place: each feature with the polygon of the reference that holds its middle (a point inside it, of a rectangle its centre), or, if the reference has points, with those that lie in it. Features without a class on either side, without a reference, or with several that contradict one another, are left out and counted.

Classes are the same if they have the same name, in upper or lower case, or the same number. Classes of the reference that the model does not know count as wrong.</source>
   <translation>Συγκρίνει τις κλάσεις που προβλέφθηκαν για οντότητες, όπως τις δίνει η «Ταξινόμηση σκηνών», με μια αναφορά: άλλο πεδίο του επιπέδου, ή άλλο επίπεδο. Για μία κλάση ανά οντότητα δίνει τον πίνακα σύγχυσης, τη συνολική ακρίβεια, το κάπα, την ακρίβεια χρήστη και παραγωγού, το F1 και το IoU κάθε κλάσης, το μέσο F1, το μέσο και το σταθμισμένο με τη συχνότητα IoU· για πολλές ετικέτες το μέσο F1 ανά οντότητα, το F1 ως μέσο όρο των ετικετών και όλων των ετικετών μαζί, την ορθότητα, την ανάκληση και το F1 κάθε ετικέτας, και, όπου το επίπεδο έχει πεδίο με την πιθανότητα κάθε ετικέτας, τη μέση ορθότητα (AP) και τον μέσο όρο της (mAP). Όλοι οι δείκτες έχουν διαστήματα 95 %. Δίνονται ως έκθεση, ως πίνακας και ως αριθμοί για μοντέλα.

Οι οντότητες δύο επιπέδων αντιστοιχίζονται με ένα πεδίο αναγνωριστικών, ή αλλιώς με τη θέση: κάθε οντότητα με το πολύγωνο της αναφοράς που περιέχει το μέσο της (ένα σημείο στο εσωτερικό της, σε ορθογώνιο το κέντρο του), ή, αν η αναφορά έχει σημεία, με όσα βρίσκονται μέσα της. Οντότητες χωρίς κλάση στη μία ή στην άλλη πλευρά, χωρίς αναφορά, ή με περισσότερες που αντιφάσκουν μεταξύ τους, μένουν έξω και μετριούνται.

Οι κλάσεις είναι ίδιες αν έχουν το ίδιο όνομα, με κεφαλαία ή πεζά, ή τον ίδιο αριθμό. Κλάσεις της αναφοράς που το μοντέλο δεν γνωρίζει μετρούν ως λάθος.</translation>
  </message>
  <message>
   <source>{features} features compared: overall accuracy {accuracy}, kappa {kappa}, mean IoU {iou}, macro F1 {f1}.</source>
   <translation>Συγκρίθηκαν {features} οντότητες: συνολική ακρίβεια {accuracy}, κάπα {kappa}, μέσο IoU {iou}, μέσο F1 {f1}.</translation>
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
   <source>The layer or table of what is taken for true. Default: the predicted layer itself, which may also be chosen here again to see its fields.</source>
   <translation>Το επίπεδο ή ο πίνακας με ό,τι θεωρείται αληθές. Προεπιλογή: το ίδιο το επίπεδο της πρόβλεψης, που μπορεί και να επιλεγεί εδώ ξανά για να φανούν τα πεδία του.</translation>
  </message>
  <message>
   <source>The field with the name or number of each feature's true class, or its labels. Default: 'class' if the reference is another layer and has it.</source>
   <translation>Το πεδίο με το όνομα ή τον αριθμό της αληθούς κλάσης κάθε οντότητας, ή με τις ετικέτες της. Προεπιλογή: 'class' αν η αναφορά είναι άλλο επίπεδο και το έχει.</translation>
  </message>
  <message>
   <source>Yes: a feature has any number of labels, with semicolons between them, such as 'sea; ship'; a text without any means that none holds. No (default): it has one class.</source>
   <translation>Ναι: μια οντότητα έχει οσεσδήποτε ετικέτες, χωρισμένες με ;, όπως 'sea; ship'· κείμενο χωρίς καμία σημαίνει ότι δεν ισχύει καμία. Όχι (προεπιλογή): έχει μία κλάση.</translation>
  </message>
  <message>
   <source>Field of ids</source>
   <translation>Πεδίο αναγνωριστικών</translation>
  </message>
  <message>
   <source>A field of the predicted layer with an id that the reference has as well. Default: features of two layers go together by place.</source>
   <translation>Πεδίο του επιπέδου της πρόβλεψης με ένα αναγνωριστικό που έχει και η αναφορά. Προεπιλογή: οι οντότητες δύο επιπέδων αντιστοιχίζονται με τη θέση.</translation>
  </message>
  <message>
   <source>Field of ids in the reference</source>
   <translation>Πεδίο αναγνωριστικών στην αναφορά</translation>
  </message>
  <message>
   <source>The field of the reference with the ids, if it has another name than in the predicted layer.</source>
   <translation>Το πεδίο της αναφοράς με τα αναγνωριστικά, αν έχει άλλο όνομα από ό,τι στο επίπεδο της πρόβλεψης.</translation>
  </message>
  <message>
   <source>Fields of the predicted labels</source>
   <translation>Πεδία των προβλεπόμενων ετικετών</translation>
  </message>
  <message>
   <source>In place of a field of texts: a field for each label, which bears its name and holds 1 where it was predicted, else 0. For several labels a feature only.</source>
   <translation>Αντί για ένα πεδίο κειμένων: ένα πεδίο για κάθε ετικέτα, που φέρει το όνομά της και περιέχει 1 όπου προβλέφθηκε, αλλιώς 0. Μόνο για πολλές ετικέτες ανά οντότητα.</translation>
  </message>
  <message>
   <source>Fields of the true labels</source>
   <translation>Πεδία των αληθών ετικετών</translation>
  </message>
  <message>
   <source>In place of a field of texts: a field for each label, which bears its name and holds 1 where it is so, else 0. For several labels a feature only.</source>
   <translation>Αντί για ένα πεδίο κειμένων: ένα πεδίο για κάθε ετικέτα, που φέρει το όνομά της και περιέχει 1 όπου ισχύει, αλλιώς 0. Μόνο για πολλές ετικέτες ανά οντότητα.</translation>
  </message>
  <message>
   <source>A page (.html) with all figures and what was compared, in one file.</source>
   <translation>Σελίδα (.html) με όλους τους δείκτες και το τι συγκρίθηκε, σε ένα αρχείο.</translation>
  </message>
  <message>
   <source>A table (.csv) with a row for each class or label: its figures and their intervals.</source>
   <translation>Πίνακας (.csv) με μία γραμμή για κάθε κλάση ή ετικέτα: τους δείκτες της και τα διαστήματά τους.</translation>
  </message>
  <message>
   <source>{features} features compared: mean F1 per feature {f1}, macro F1 {macro}, mAP {ap}.</source>
   <translation>Συγκρίθηκαν {features} οντότητες: μέσο F1 ανά οντότητα {f1}, μέσο F1 των ετικετών {macro}, mAP {ap}.</translation>
  </message>
  <message>
   <source>Several labels a feature</source>
   <translation>Πολλές ετικέτες ανά οντότητα</translation>
  </message>
  <message>
   <source>Choose the field of '{layer}' that holds the true classes, in REFERENCE_FIELD.</source>
   <translation>Επιλέξτε το πεδίο του '{layer}' που περιέχει τις αληθείς κλάσεις, στο REFERENCE_FIELD.</translation>
  </message>
  <message>
   <source>The field '{field}' of '{layer}' would be compared with itself. Choose another one in REFERENCE_FIELD, or another layer as REFERENCE.</source>
   <translation>Το πεδίο '{field}' του '{layer}' θα συγκρινόταν με τον εαυτό του. Επιλέξτε άλλο στο REFERENCE_FIELD, ή άλλο επίπεδο ως REFERENCE.</translation>
  </message>
  <message>
   <source>{option} is for several labels a feature. Set MULTILABEL, or leave {option} empty.</source>
   <translation>Το {option} είναι για πολλές ετικέτες ανά οντότητα. Ορίστε το MULTILABEL, ή αφήστε το {option} κενό.</translation>
  </message>
  <message>
   <source>Change detection</source>
   <translation>Ανίχνευση μεταβολών</translation>
  </message>
  <message>
   <source>Gives every pixel a class, such as changed or not, from an image before and an image after, with a network that was trained on such pairs (see 'Train change detector'). The two need not share a grid, coordinate system or size: they are aligned as they are read. The map has the pixels and the extent of the finer one, or of the one chosen in 'Grid of the map'; where either has no ground or is nodata, the map is nodata. Classes may be two, or kinds of change, such as field to houses.

The model is the name of an installed one (see 'List models'), or the path of a model folder, a .zip of one, or an .onnx file that carries its card: one for change, or for segmentation of two dates. Its bands are found by the rasters' band descriptions, else taken in order if there are as many, else chosen in 'Bands'.</source>
   <translation>Δίνει σε κάθε εικονοστοιχείο μια κλάση, όπως μεταβολή ή όχι, από μια εικόνα πριν και μια εικόνα μετά, με ένα δίκτυο που εκπαιδεύτηκε σε τέτοια ζεύγη (βλ. «Εκπαίδευση ανιχνευτή μεταβολών»). Οι δύο εικόνες δεν χρειάζεται να έχουν τον ίδιο κάνναβο, σύστημα συντεταγμένων ή μέγεθος: ευθυγραμμίζονται καθώς διαβάζονται. Ο χάρτης έχει τα εικονοστοιχεία και την έκταση της λεπτομερέστερης, ή εκείνης που επιλέγεται στο «Κάνναβος του χάρτη»· όπου μία από τις δύο δεν έχει έδαφος ή δεδομένα, δεν υπάρχουν δεδομένα ούτε στον χάρτη. Οι κλάσεις μπορεί να είναι δύο, ή είδη μεταβολής, όπως από χωράφι σε σπίτια.

Το μοντέλο είναι το όνομα ενός εγκατεστημένου (βλ. «Κατάλογος μοντέλων»), ή η διαδρομή φακέλου μοντέλου, ενός .zip του, ή αρχείου .onnx που φέρει την κάρτα του: μοντέλο για μεταβολές, ή για κατάτμηση με δύο ημερομηνίες. Οι δίαυλοί του βρίσκονται από τις περιγραφές των διαύλων των ψηφιδωτών, αλλιώς λαμβάνονται με τη σειρά αν είναι τόσοι, αλλιώς επιλέγονται στο «Δίαυλοι».</translation>
  </message>
  <message>
   <source>Changes</source>
   <translation>Μεταβολές</translation>
  </message>
  <message>
   <source>deep learning,neural network,change detection,bitemporal,siamese,before,after,damage</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,ανίχνευση μεταβολών,διχρονική,σιαμαίο,πριν,μετά,ζημιές</translation>
  </message>
  <message>
   <source>Raster before</source>
   <translation>Ψηφιδωτό πριν</translation>
  </message>
  <message>
   <source>The raster from before the change: any layer that QGIS can open.</source>
   <translation>Το ψηφιδωτό πριν από τη μεταβολή: οποιοδήποτε επίπεδο ανοίγει το QGIS.</translation>
  </message>
  <message>
   <source>Raster after</source>
   <translation>Ψηφιδωτό μετά</translation>
  </message>
  <message>
   <source>The raster from after the change, with the same bands. Its grid may be another.</source>
   <translation>Το ψηφιδωτό μετά τη μεταβολή, με τους ίδιους διαύλους. Ο κάνναβός του μπορεί να είναι άλλος.</translation>
  </message>
  <message>
   <source>Name of an installed model, or path of a model folder, .zip or .onnx file. Default: the one for two dates whose bands both rasters have by description, if there is just one.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου, ή διαδρομή φακέλου μοντέλου, αρχείου .zip ή .onnx. Προεπιλογή: εκείνο για δύο ημερομηνίες του οποίου τους διαύλους έχουν και τα δύο ψηφιδωτά σύμφωνα με τις περιγραφές, αν είναι μόνο ένα.</translation>
  </message>
  <message>
   <source>Band numbers from 1, of both rasters, in the order in which the model takes them. Default: found by description.</source>
   <translation>Αριθμοί διαύλων από 1, και των δύο ψηφιδωτών, με τη σειρά που τους δέχεται το μοντέλο. Προεπιλογή: βρίσκονται από την περιγραφή.</translation>
  </message>
  <message>
   <source>Band numbers of the raster after, where they are not those of the raster before: another sensor counts its bands otherwise. Default: as in 'Bands'.</source>
   <translation>Αριθμοί διαύλων του ψηφιδωτού μετά, όπου δεν είναι εκείνοι του ψηφιδωτού πριν: ένας άλλος αισθητήρας αριθμεί αλλιώς τους διαύλους του. Προεπιλογή: όπως στο «Δίαυλοι».</translation>
  </message>
  <message>
   <source>Grid of the map</source>
   <translation>Κάνναβος του χάρτη</translation>
  </message>
  <message>
   <source>Whose pixels and extent the map has: those of the raster with the smaller pixels on the ground (the one before, if they are alike), of the raster before, or of the raster after. The other one is resampled to it; a finer one is averaged.</source>
   <translation>Τίνος εικονοστοιχεία και έκταση έχει ο χάρτης: του ψηφιδωτού με τα μικρότερα εικονοστοιχεία στο έδαφος (του πριν, αν είναι ίδια), του ψηφιδωτού πριν, ή του ψηφιδωτού μετά. Το άλλο επαναδειγματοληπτείται σε αυτό· αν είναι λεπτομερέστερο, λαμβάνεται ο μέσος όρος.</translation>
  </message>
  <message>
   <source>Normalise the raster after</source>
   <translation>Κανονικοποίηση του ψηφιδωτού μετά</translation>
  </message>
  <message>
   <source>Brings each band of the raster after to the radiometry of the raster before by a gain and an offset, found from a sample of their common valid pixels, before the model's own scaling: moments gives all of them the same mean and standard deviation, irmad those that did not change, found by iteratively reweighted multivariate alteration detection. For sun, haze or sensors that differ; little use for models that scale each date by itself.</source>
   <translation>Φέρνει κάθε δίαυλο του ψηφιδωτού μετά στη ραδιομετρία του ψηφιδωτού πριν με έναν συντελεστή και μια μετατόπιση, που βρίσκονται από ένα δείγμα των κοινών έγκυρων εικονοστοιχείων τους, πριν από την κλιμάκωση του ίδιου του μοντέλου: moments δίνει σε όλα τον ίδιο μέσο όρο και την ίδια τυπική απόκλιση, irmad σε όσα δεν άλλαξαν, που βρίσκονται με επαναληπτικά σταθμισμένη πολυμεταβλητή ανίχνευση μεταβολών (IR-MAD). Για ήλιο, αχλύ ή αισθητήρες που διαφέρουν· ωφελεί λίγο σε μοντέλα που κλιμακώνουν κάθε ημερομηνία μόνη της.</translation>
  </message>
  <message>
   <source>an image before and one after</source>
   <translation>μια εικόνα πριν και μία μετά</translation>
  </message>
  <message>
   <source>BEFORE and AFTER are the same raster, so there is no change to find.</source>
   <translation>Τα BEFORE και AFTER είναι το ίδιο ψηφιδωτό, οπότε δεν υπάρχει μεταβολή για να βρεθεί.</translation>
  </message>
  <message>
   <source>Bands</source>
   <translation>Δίαυλοι</translation>
  </message>
  <message>
   <source>Bands of the later image</source>
   <translation>Δίαυλοι της μεταγενέστερης εικόνας</translation>
  </message>
  <message>
   <source>Model: {model}</source>
   <translation>Μοντέλο: {model}</translation>
  </message>
  <message>
   <source>{name} is empty: choose a raster.</source>
   <translation>Το {name} είναι κενό: επιλέξτε ένα ψηφιδωτό.</translation>
  </message>
  <message>
   <source>Export chips</source>
   <translation>Εξαγωγή δειγμάτων</translation>
  </message>
  <message>
   <source>Cuts rasters and their labels into chips, small GeoTIFF files on the ground where they were, divided into those to train on, to choose by and to judge by. The folder's tables, chips.json and samples.csv, can be read and changed by hand, and the training algorithms take the folder as CHIPS.

Without labels the chips are pictures alone, which 'Distil model' can learn from.</source>
   <translation>Κόβει ψηφιδωτά και τις ετικέτες τους σε δείγματα, μικρά αρχεία GeoTIFF στη γεωγραφική τους θέση, χωρισμένα σε δείγματα εκπαίδευσης, επικύρωσης και ελέγχου. Οι πίνακες του φακέλου, chips.json και samples.csv, διαβάζονται και αλλάζουν και με το χέρι, και οι αλγόριθμοι εκπαίδευσης δέχονται τον φάκελο ως CHIPS.

Χωρίς ετικέτες τα δείγματα είναι μόνο εικόνες, από τις οποίες μπορεί να μάθει η «Απόσταξη μοντέλου».</translation>
  </message>
  <message>
   <source>A new or empty folder for the chips, or a chip folder, which is replaced. Default: a temporary one.</source>
   <translation>Νέος ή κενός φάκελος για τα δείγματα, ή φάκελος δειγμάτων, που αντικαθίσταται. Προεπιλογή: προσωρινός.</translation>
  </message>
  <message>
   <source>Chips are for</source>
   <translation>Τα δείγματα είναι για</translation>
  </message>
  <message>
   <source>What is to be trained: segmentation, regression, classification of scenes or detection of objects from RASTERS, change from BEFORE and AFTER, time-series from LAYERS. auto: as the rasters are given, segmentation for RASTERS.</source>
   <translation>Τι θα εκπαιδευτεί: segmentation (κατάτμηση), regression (παλινδρόμηση), classification (ταξινόμηση σκηνών) ή detection (ανίχνευση αντικειμένων) από τα RASTERS, change (μεταβολή) από τα BEFORE και AFTER, time-series (χρονοσειρές) από τα LAYERS. auto: ανάλογα με τα ψηφιδωτά που δόθηκαν, segmentation για τα RASTERS.</translation>
  </message>
  <message>
   <source>SPLIT=chips is for a chip folder. Choose another, such as blocks.</source>
   <translation>Το SPLIT=chips είναι για φάκελο δειγμάτων. Επιλέξτε άλλο, όπως blocks.</translation>
  </message>
  <message>
   <source>{others} cannot be used for {task}, which is cut from {names}. Leave it empty, or change TASK.</source>
   <translation>Τα {others} δεν χρησιμοποιούνται για {task}, που κόβεται από τα {names}. Αφήστε τα κενά ή αλλάξτε το TASK.</translation>
  </message>
  <message>
   <source>Chip folder</source>
   <translation>Φάκελος δειγμάτων</translation>
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
   <source>There is nothing to cut. Choose {names}.</source>
   <translation>Δεν υπάρχει τίποτε να κοπεί. Επιλέξτε {names}.</translation>
  </message>
  <message>
   <source>UNLABELLED=background is not for {task}. Choose ignore.</source>
   <translation>Το UNLABELLED=background δεν είναι για {task}. Επιλέξτε ignore.</translation>
  </message>
  <message>
   <source>Object detection</source>
   <translation>Ανίχνευση αντικειμένων</translation>
  </message>
  <message>
   <source>Finds objects in a raster, such as planes or tree crowns, with a trained detector. Takes any size, data type and coordinate system; objects that are cut by the borders of the tiles in which the network sees the raster appear once, and whole.

The result is polygons in the raster's coordinate system with the fields 'class', 'value' (the number of the class), 'score' from 0 to 1, and 'width_m' and 'length_m', the shorter and the longer side in metres on the ground (in map units where there is no coordinate system). Objects whose middle is nodata are left out, and none reaches beyond the raster.

The model is the name of an installed one (see 'List models'), or the path of a model folder, a .zip of one, or an .onnx file: one with its card inside, with Deepness or Ultralytics metadata, or any other detector whose outputs tell what they are (YOLO v5 to v11, oriented boxes and instance masks too, and torchvision's, with their class names). Its bands are found by the raster's band descriptions, else taken in order if there are as many, else chosen in 'Bands'.</source>
   <translation>Βρίσκει αντικείμενα σε ένα ψηφιδωτό, όπως αεροπλάνα ή κόμες δέντρων, με έναν εκπαιδευμένο ανιχνευτή. Δέχεται οποιοδήποτε μέγεθος, τύπο δεδομένων και σύστημα συντεταγμένων· αντικείμενα που κόβονται από τα όρια των πλακιδίων στα οποία το δίκτυο βλέπει το ψηφιδωτό εμφανίζονται μία φορά, και ολόκληρα.

Το αποτέλεσμα είναι πολύγωνα στο σύστημα συντεταγμένων του ψηφιδωτού με τα πεδία 'class', 'value' (ο αριθμός της κλάσης), 'score' από 0 έως 1, και 'width_m' και 'length_m', η μικρότερη και η μεγαλύτερη πλευρά σε μέτρα στο έδαφος (σε μονάδες του χάρτη όπου δεν υπάρχει σύστημα συντεταγμένων). Αντικείμενα στο μέσο των οποίων δεν υπάρχουν δεδομένα μένουν έξω, και κανένα δεν βγαίνει έξω από το ψηφιδωτό.

Το μοντέλο είναι το όνομα ενός εγκατεστημένου (βλ. «Κατάλογος μοντέλων»), ή η διαδρομή φακέλου μοντέλου, ενός .zip του, ή αρχείου .onnx: ενός που φέρει την κάρτα του, ή μεταδεδομένα Deepness ή Ultralytics, ή όποιου άλλου ανιχνευτή οι έξοδοι λένε τι είναι (YOLO v5 έως v11, και με στραμμένα πλαίσια ή μάσκες αντικειμένων, και του torchvision, με τα ονόματα των κλάσεών τους). Οι δίαυλοί του βρίσκονται από τις περιγραφές των διαύλων του ψηφιδωτού, αλλιώς λαμβάνονται με τη σειρά αν είναι τόσοι, αλλιώς επιλέγονται στο «Δίαυλοι».</translation>
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
   <source>Least confidence</source>
   <translation>Ελάχιστη βεβαιότητα</translation>
  </message>
  <message>
   <source>Objects with a lower score are left out, 0 to 1. Lower finds more, and more that is none. Default: the model's, else 0.25.</source>
   <translation>Αντικείμενα με χαμηλότερη βαθμολογία μένουν έξω, 0 έως 1. Χαμηλότερη τιμή βρίσκει περισσότερα, αλλά και περισσότερα που δεν είναι αντικείμενα. Προεπιλογή: του μοντέλου, αλλιώς 0.25.</translation>
  </message>
  <message>
   <source>Overlap of one object's boxes</source>
   <translation>Επικάλυψη πλαισίων του ίδιου αντικειμένου</translation>
  </message>
  <message>
   <source>Two boxes of a class whose intersection is more than this part of their union are taken for one object, 0 to 1. Lower where objects never overlap, higher where they crowd.</source>
   <translation>Δύο πλαίσια μιας κλάσης με τομή πάνω από αυτό το μέρος της ένωσής τους θεωρούνται ένα αντικείμενο, 0 έως 1. Μικρότερο όπου τα αντικείμενα ποτέ δεν επικαλύπτονται, μεγαλύτερο όπου συνωστίζονται.</translation>
  </message>
  <message>
   <source>Boxes of one object</source>
   <translation>Πλαίσια του ίδιου αντικειμένου</translation>
  </message>
  <message>
   <source>What becomes of boxes that overlap more than that: nms keeps the one with the highest score; soft lowers the scores of the others by how much they overlap, which keeps objects that crowd; union takes the box around all of them.</source>
   <translation>Τι γίνονται τα πλαίσια που επικαλύπτονται περισσότερο από αυτό: nms κρατά εκείνο με την υψηλότερη βαθμολογία· soft χαμηλώνει τις βαθμολογίες των άλλων ανάλογα με το πόσο επικαλύπτονται, πράγμα που κρατά αντικείμενα που συνωστίζονται· union παίρνει το πλαίσιο γύρω από όλα.</translation>
  </message>
  <message>
   <source>Smallest length (metres)</source>
   <translation>Ελάχιστο μήκος (μέτρα)</translation>
  </message>
  <message>
   <source>Objects whose longer side is shorter are left out, 0 m or more. Default: no limit.</source>
   <translation>Αντικείμενα με μεγαλύτερη πλευρά μικρότερη από αυτό μένουν έξω, 0 μ. ή περισσότερο. Προεπιλογή: χωρίς όριο.</translation>
  </message>
  <message>
   <source>Largest length (metres)</source>
   <translation>Μέγιστο μήκος (μέτρα)</translation>
  </message>
  <message>
   <source>Objects whose longer side is longer are left out, 0 m or more. Default: no limit.</source>
   <translation>Αντικείμενα με μεγαλύτερη πλευρά πάνω από αυτό μένουν έξω, 0 μ. ή περισσότερο. Προεπιλογή: χωρίς όριο.</translation>
  </message>
  <message>
   <source>Polygons with class, score, width and length (.gpkg, .geojson, .shp or .fgb). An existing file is replaced, unless it is a GeoPackage with other layers.</source>
   <translation>Πολύγωνα με κλάση, βαθμολογία, πλάτος και μήκος (.gpkg, .geojson, .shp ή .fgb). Υπάρχον αρχείο αντικαθίσταται, εκτός αν είναι GeoPackage με άλλα επίπεδα.</translation>
  </message>
  <message>
   <source>Number of objects</source>
   <translation>Πλήθος αντικειμένων</translation>
  </message>
  <message>
   <source>The smallest length, {smallest} m, is above the largest, {largest} m. Exchange them.</source>
   <translation>Το ελάχιστο μήκος, {smallest} μ., είναι πάνω από το μέγιστο, {largest} μ. Αντιστρέψτε τα.</translation>
  </message>
  <message>
   <source>Distil model</source>
   <translation>Απόσταξη μοντέλου</translation>
  </message>
  <message>
   <source>Trains a small network, the student, to say what a large model, the teacher, says of pictures. They need no labels, so there can be many. The student is smaller and faster, and often nearly as good: the report compares both in accuracy, size and speed, against labels if you give some.

The model goes to your models unless you choose a folder. Cancelling loses nothing: the best student so far stays, and the same settings go on from there.</source>
   <translation>Εκπαιδεύει ένα μικρό δίκτυο, τον μαθητή, να λέει ό,τι λέει για τις εικόνες ένα μεγάλο μοντέλο, ο δάσκαλος. Οι εικόνες δεν χρειάζονται ετικέτες, άρα μπορεί να είναι πολλές. Ο μαθητής είναι μικρότερος και ταχύτερος, και συχνά σχεδόν εξίσου καλός: η αναφορά συγκρίνει τους δύο σε ακρίβεια, μέγεθος και ταχύτητα, με βάση ετικέτες αν τις δώσετε.

Το μοντέλο πηγαίνει στα μοντέλα σας, εκτός αν επιλέξετε φάκελο. Με την ακύρωση δεν χάνεται τίποτε: ο καλύτερος ως τώρα μαθητής μένει, και με τις ίδιες ρυθμίσεις η εκπαίδευση συνεχίζει από εκεί.</translation>
  </message>
  <message>
   <source>Teacher</source>
   <translation>Δάσκαλος</translation>
  </message>
  <message>
   <source>Name of an installed model, or path of a model folder, .zip or .onnx file: the one to learn from.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου, ή διαδρομή φακέλου μοντέλου, αρχείου .zip ή .onnx: εκείνο από το οποίο θα μάθει ο μαθητής.</translation>
  </message>
  <message>
   <source>Only to compare teacher and student by, in the report.</source>
   <translation>Μόνο για τη σύγκριση δασκάλου και μαθητή στην αναφορά.</translation>
  </message>
  <message>
   <source>Numbers, from 1, of the bands that the teacher takes, in its order, such as 11,8,3. Default: by their descriptions, else all, in the teacher's order.</source>
   <translation>Αριθμοί, από 1, των διαύλων που παίρνει ο δάσκαλος, με τη σειρά του, όπως 11,8,3. Προεπιλογή: σύμφωνα με τις περιγραφές τους, αλλιώς όλοι, με τη σειρά του δασκάλου.</translation>
  </message>
  <message>
   <source>There is nothing to learn from. Choose IMAGES, or a chip folder in CHIPS.</source>
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
   <source>choose a model</source>
   <translation>επιλέξτε μοντέλο</translation>
  </message>
  <message>
   <source>Network of the student</source>
   <translation>Δίκτυο του μαθητή</translation>
  </message>
  <message>
   <source>the usual one of the task</source>
   <translation>το συνηθισμένο της εργασίας</translation>
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
   <source>Set up environment</source>
   <translation>Εγκατάσταση περιβάλλοντος</translation>
  </message>
  <message>
   <source>Makes or repairs the Python environment that networks run in, in your user folder and outside QGIS. Needed once, and after an update of the plugin that says so. Downloads about 1 GB, or installs from a folder of wheels without the network. An environment that is sound is left as it is. pip's and uv's own settings (such as PIP_INDEX_URL) are honoured.</source>
   <translation>Δημιουργεί ή επισκευάζει το περιβάλλον Python στο οποίο εκτελούνται τα δίκτυα, στον φάκελο του χρήστη και έξω από το QGIS. Χρειάζεται μία φορά, και μετά από ενημέρωση του προσθέτου που το ζητά. Κατεβάζει περίπου 1 GB, ή εγκαθιστά από φάκελο με αρχεία wheel χωρίς δίκτυο. Ένα περιβάλλον που είναι σε τάξη μένει όπως είναι. Οι ρυθμίσεις των pip και uv (όπως PIP_INDEX_URL) γίνονται σεβαστές.</translation>
  </message>
  <message>
   <source>Diagnostics</source>
   <translation>Διαγνωστικά</translation>
  </message>
  <message>
   <source>Writes what a bug report needs as one text: versions, paths, devices, installed models, and whether a tiny network runs. Contains the paths of your folders, nothing else about you.</source>
   <translation>Γράφει ως ένα κείμενο ό,τι χρειάζεται μια αναφορά σφάλματος: εκδόσεις, διαδρομές, συσκευές, εγκατεστημένα μοντέλα και αν εκτελείται ένα μικροσκοπικό δίκτυο. Περιέχει τις διαδρομές των φακέλων σας και τίποτε άλλο για εσάς.</translation>
  </message>
  <message>
   <source>install,python,worker,dependencies,pytorch,onnx</source>
   <translation>εγκατάσταση,python,εργάτης,εξαρτήσεις,pytorch,onnx</translation>
  </message>
  <message>
   <source>Libraries for</source>
   <translation>Βιβλιοθήκες για</translation>
  </message>
  <message>
   <source>cpu: runs on any computer. cuda: for an NVIDIA GPU on Windows or Linux, several GB.</source>
   <translation>cpu: εκτελείται σε κάθε υπολογιστή. cuda: για κάρτα γραφικών NVIDIA σε Windows ή Linux, αρκετά GB.</translation>
  </message>
  <message>
   <source>Install from the .whl files in this folder, without the network. Default: download.</source>
   <translation>Εγκατάσταση από τα αρχεία .whl αυτού του φακέλου, χωρίς δίκτυο. Προεπιλογή: λήψη από το δίκτυο.</translation>
  </message>
  <message>
   <source>Makes the environment again even if it is sound.</source>
   <translation>Δημιουργεί το περιβάλλον ξανά, ακόμη και αν είναι σε τάξη.</translation>
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
   <source>Where to write the text. Default: only shown in the log.</source>
   <translation>Πού θα γραφεί το κείμενο. Προεπιλογή: εμφανίζεται μόνο στο αρχείο καταγραφής.</translation>
  </message>
  <message>
   <source>Folder of wheels</source>
   <translation>Φάκελος με αρχεία wheel</translation>
  </message>
  <message>
   <source>Make anew</source>
   <translation>Δημιουργία από την αρχή</translation>
  </message>
  <message>
   <source>The folder {folder} holds no .whl files. Choose another, or leave it empty.</source>
   <translation>Ο φάκελος {folder} δεν περιέχει αρχεία .whl. Επιλέξτε άλλον ή αφήστε το πεδίο κενό.</translation>
  </message>
  <message>
   <source>The set-up was cancelled; nothing is left of it.</source>
   <translation>Η εγκατάσταση ακυρώθηκε· δεν έμεινε τίποτε από αυτήν.</translation>
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
   <source>The settings name another Python ({python}); it is used, not this environment, until that is emptied.</source>
   <translation>Οι ρυθμίσεις ορίζουν άλλη Python ({python})· χρησιμοποιείται εκείνη και όχι αυτό το περιβάλλον, μέχρι να αδειάσει η ρύθμιση.</translation>
  </message>
  <message>
   <source>The text cannot be written to {path}: {reason}. Choose another file.</source>
   <translation>Το κείμενο δεν μπορεί να γραφεί στο {path}: {reason}. Επιλέξτε άλλο αρχείο.</translation>
  </message>
  <message>
   <source>Flood mapping</source>
   <translation>Χαρτογράφηση πλημμύρας</translation>
  </message>
  <message>
   <source>Maps flooded land from Sentinel-1 (backscatter, VV) and Sentinel-2 (reflectance) images. Give what you have: both sensors before and after the flood are best, one sensor or the image after the flood alone work, too. The model is chosen by that.

Images may be Sentinel-2 L1C or L2A products with all their bands (B11, B8 and B3 are found by their descriptions) and Sentinel-1 sigma0 in dB or linear, of any data type. They need not share a grid or coordinate system: the map is on the grid of the first Sentinel-1 image if there is one, else of the first Sentinel-2 image.</source>
   <translation>Χαρτογραφεί πλημμυρισμένη γη από εικόνες Sentinel-1 (οπισθοσκέδαση, VV) και Sentinel-2 (ανακλαστικότητα). Δώστε ό,τι έχετε: το καλύτερο είναι και οι δύο αισθητήρες πριν και μετά την πλημμύρα, αλλά αρκεί και ένας αισθητήρας ή μόνο η εικόνα μετά την πλημμύρα. Το μοντέλο επιλέγεται ανάλογα.

Οι εικόνες μπορεί να είναι προϊόντα Sentinel-2 L1C ή L2A με όλους τους διαύλους τους (τα B11, B8 και B3 βρίσκονται από τις περιγραφές τους) και Sentinel-1 sigma0 σε dB ή γραμμικό, οποιουδήποτε τύπου δεδομένων. Δεν χρειάζεται να έχουν κοινό κάνναβο ή σύστημα συντεταγμένων: ο χάρτης ακολουθεί τον κάνναβο της πρώτης εικόνας Sentinel-1, αν υπάρχει, αλλιώς της πρώτης εικόνας Sentinel-2.</translation>
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
   <source>Choose these images, or leave MODEL empty.</source>
   <translation>Επιλέξτε αυτές τις εικόνες ή αφήστε το MODEL κενό.</translation>
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
   <source>Sentinel-2 reflectance (B11, B8, B3) from before the flood; the same product as after it.</source>
   <translation>Ανακλαστικότητα Sentinel-2 (B11, B8, B3) πριν από την πλημμύρα· το ίδιο προϊόν όπως μετά από αυτήν.</translation>
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
   <source>Name of an installed flood model, or path of one. Default: the one that uses the most of the images given.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου πλημμύρας ή διαδρομή ενός. Προεπιλογή: εκείνο που χρησιμοποιεί τις περισσότερες από τις εικόνες που δόθηκαν.</translation>
  </message>
  <message>
   <source>Number, from 1, of the VV band, such as 1. Default: found by description.</source>
   <translation>Αριθμός του διαύλου VV, από 1, για παράδειγμα 1. Προεπιλογή: βρίσκεται από την περιγραφή.</translation>
  </message>
  <message>
   <source>Numbers, from 1, of the bands B11, B8 and B3 in that order, such as 11,8,3. Default: found by description, or the three bands of a raster of three.</source>
   <translation>Αριθμοί των διαύλων B11, B8 και B3 με αυτή τη σειρά, από 1, για παράδειγμα 11,8,3. Προεπιλογή: βρίσκονται από την περιγραφή, ή οι τρεις δίαυλοι ψηφιδωτού που έχει τρεις.</translation>
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
   <source>A flood shows in the image from after it: choose that, too, or leave both empty.</source>
   <translation>Η πλημμύρα φαίνεται στην εικόνα μετά από αυτήν: επιλέξτε και εκείνη, ή αφήστε και τις δύο κενές.</translation>
  </message>
  <message>
   <source>No installed flood model takes {layers} alone.</source>
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
   <source>Choose them in that order.</source>
   <translation>Επιλέξτε τους με αυτή τη σειρά.</translation>
  </message>
  <message>
   <source>Model that was used</source>
   <translation>Μοντέλο που χρησιμοποιήθηκε</translation>
  </message>
  <message>
   <source>Convert the layer to RGB first (Raster &gt; Conversion &gt; PCT to RGB).</source>
   <translation>Μετατρέψτε πρώτα το επίπεδο σε RGB (Ψηφιδωτό &gt; Μετατροπή &gt; PCT σε RGB).</translation>
  </message>
  <message>
   <source>{name}: '{value}' is not a raster that QGIS can open.</source>
   <translation>{name}: το '{value}' δεν είναι ψηφιδωτό που μπορεί να ανοίξει το QGIS.</translation>
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
   <source>The only band of '{layer}' holds the numbers of a palette, not brightness values.</source>
   <translation>Ο μόνος δίαυλος του '{layer}' περιέχει τους αριθμούς μιας παλέτας, όχι τιμές φωτεινότητας.</translation>
  </message>
  <message>
   <source>The bands of '{layer}' have other names than those of the model. They are taken in its order: {bands}. If that is wrong, give their numbers in that order in {option}.</source>
   <translation>Οι δίαυλοι του '{layer}' έχουν άλλα ονόματα από εκείνους του μοντέλου. Λαμβάνονται με τη σειρά του: {bands}. Αν είναι λάθος, δώστε τους αριθμούς τους με αυτή τη σειρά στο {option}.</translation>
  </message>
  <message>
   <source>{model}: probabilities</source>
   <translation>{model}: πιθανότητες</translation>
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
   <source>The layer '{layer}' has no pixels of its own: choose the area to map (EXTENT).</source>
   <translation>Το επίπεδο '{layer}' δεν έχει δικά του εικονοστοιχεία: επιλέξτε την περιοχή χαρτογράφησης (EXTENT).</translation>
  </message>
  <message>
   <source>Choose another model.</source>
   <translation>Επιλέξτε άλλο μοντέλο.</translation>
  </message>
  <message>
   <source>Semantic segmentation</source>
   <translation>Σημασιολογική κατάτμηση</translation>
  </message>
  <message>
   <source>Time-series classification</source>
   <translation>Ταξινόμηση χρονοσειρών</translation>
  </message>
  <message>
   <source>Scene classification</source>
   <translation>Ταξινόμηση σκηνών</translation>
  </message>
  <message>
   <source>Pixel regression</source>
   <translation>Παλινδρόμηση εικονοστοιχείων</translation>
  </message>
  <message>
   <source>No model is chosen, and none that is installed is for this.</source>
   <translation>Δεν έχει επιλεγεί μοντέλο, και κανένα από τα εγκατεστημένα δεν είναι για αυτό.</translation>
  </message>
  <message>
   <source>Train one, or give the path of a model in MODEL.</source>
   <translation>Εκπαιδεύστε ένα, ή δώστε τη διαδρομή ενός μοντέλου στο MODEL.</translation>
  </message>
  <message>
   <source>Model '{model}' is for {task}, and this is for {wanted}.</source>
   <translation>Το μοντέλο '{model}' είναι για {task}, και εδώ χρειάζεται {wanted}.</translation>
  </message>
  <message>
   <source>Model '{model}' is not for {what}: it takes {inputs} ({task}).</source>
   <translation>Το μοντέλο '{model}' δεν είναι για {what}: δέχεται {inputs} ({task}).</translation>
  </message>
  <message>
   <source>No model is chosen, and {count} of the installed ones fit what is to be mapped by its band descriptions.</source>
   <translation>Δεν επιλέχθηκε μοντέλο, και από τα εγκατεστημένα ταιριάζουν {count} με όσα θα χαρτογραφηθούν, σύμφωνα με τις περιγραφές των διαύλων.</translation>
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
   <source>Name of an installed model, or path of a model folder, .zip or .onnx file.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου, ή διαδρομή φακέλου μοντέλου, αρχείου .zip ή .onnx.</translation>
  </message>
  <message>
   <source>List models</source>
   <translation>Κατάλογος μοντέλων</translation>
  </message>
  <message>
   <source>Lists the installed models: the plugin's own, yours, and those in the folders named in the settings. Their names can be given as MODEL to other algorithms. A model that cannot be used is listed with the reason.</source>
   <translation>Απαριθμεί τα εγκατεστημένα μοντέλα: του προσθέτου, τα δικά σας και όσα βρίσκονται στους φακέλους που ορίζουν οι ρυθμίσεις. Τα ονόματά τους δίνονται ως MODEL σε άλλους αλγορίθμους. Ένα μοντέλο που δεν μπορεί να χρησιμοποιηθεί αναφέρεται μαζί με την αιτία.</translation>
  </message>
  <message>
   <source>Describe model</source>
   <translation>Περιγραφή μοντέλου</translation>
  </message>
  <message>
   <source>Says what a model takes and gives: bands, resolution, classes, how it was trained and how good it is.</source>
   <translation>Λέει τι δέχεται και τι δίνει ένα μοντέλο: διαύλους, ανάλυση, κλάσεις, πώς εκπαιδεύτηκε και πόσο καλό είναι.</translation>
  </message>
  <message>
   <source>Import model</source>
   <translation>Εισαγωγή μοντέλου</translation>
  </message>
  <message>
   <source>Installs a model archive (.zip) or an .onnx file with its card or Deepness metadata into your models, so that it can be chosen by name. Weights that an .onnx keeps in files beside it are installed too. A name that another model has is refused unless REPLACE is set. A model cannot run code of its own.</source>
   <translation>Εγκαθιστά στα μοντέλα σας ένα αρχείο μοντέλου (.zip) ή ένα αρχείο .onnx με την κάρτα του ή με μεταδεδομένα Deepness, ώστε να επιλέγεται με το όνομά του. Εγκαθίστανται και τα βάρη που ένα .onnx κρατά σε αρχεία δίπλα του. Όνομα που έχει άλλο μοντέλο απορρίπτεται, εκτός αν οριστεί το REPLACE. Ένα μοντέλο δεν μπορεί να εκτελέσει δικό του κώδικα.</translation>
  </message>
  <message>
   <source>Takes {role}: {bands}; dates: {dates}</source>
   <translation>Δέχεται {role}: {bands}· ημερομηνίες: {dates}</translation>
  </message>
  <message>
   <source>Names, one a line</source>
   <translation>Ονόματα, ένα ανά γραμμή</translation>
  </message>
  <message>
   <source>Number of models</source>
   <translation>Πλήθος μοντέλων</translation>
  </message>
  <message>
   <source>No models are installed. 'Import model' installs one from a file.</source>
   <translation>Δεν υπάρχουν εγκατεστημένα μοντέλα. Η «Εισαγωγή μοντέλου» εγκαθιστά ένα από αρχείο.</translation>
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
   <source>A model folder packed as .zip, or an .onnx file.</source>
   <translation>Φάκελος μοντέλου συμπιεσμένος ως .zip, ή αρχείο .onnx.</translation>
  </message>
  <message>
   <source>Yes: the new model takes the name. A model of yours that had it is deleted once the new one is installed; one of the plugin, or in a folder named in the settings, stays but is no longer used. No: a name that another model has is refused. Default: no.</source>
   <translation>Ναι: το νέο μοντέλο παίρνει το όνομα. Δικό σας μοντέλο που το είχε διαγράφεται μόλις εγκατασταθεί το νέο· μοντέλο του προσθέτου ή σε φάκελο που ορίζουν οι ρυθμίσεις μένει, αλλά δεν χρησιμοποιείται πια. Όχι: όνομα που έχει άλλο μοντέλο απορρίπτεται. Προεπιλογή: όχι.</translation>
  </message>
  <message>
   <source>Name of the model</source>
   <translation>Όνομα του μοντέλου</translation>
  </message>
  <message>
   <source>Task: {task}, network: {network}</source>
   <translation>Εργασία: {task}, δίκτυο: {network}</translation>
  </message>
  <message>
   <source>Model file</source>
   <translation>Αρχείο μοντέλου</translation>
  </message>
  <message>
   <source>Replace a model of the same name</source>
   <translation>Αντικατάσταση μοντέλου με το ίδιο όνομα</translation>
  </message>
  <message>
   <source>Installed in {path}.</source>
   <translation>Εγκαταστάθηκε στο {path}.</translation>
  </message>
  <message>
   <source>Resolution: {metres} m a pixel</source>
   <translation>Ανάλυση: {metres} μ. ανά εικονοστοιχείο</translation>
  </message>
  <message>
   <source>Classes: {classes}</source>
   <translation>Κλάσεις: {classes}</translation>
  </message>
  <message>
   <source>Gives numbers; unit: {unit}</source>
   <translation>Δίνει αριθμούς· μονάδα: {unit}</translation>
  </message>
  <message>
   <source>Least probability: {threshold}</source>
   <translation>Ελάχιστη πιθανότητα: {threshold}</translation>
  </message>
  <message>
   <source>The same model is there already: {path}.</source>
   <translation>Το ίδιο μοντέλο υπάρχει ήδη: {path}.</translation>
  </message>
  <message>
   <source>The model cannot be installed: {reason}. Free disk space, or check the folder's rights.</source>
   <translation>Το μοντέλο δεν μπορεί να εγκατασταθεί: {reason}. Ελευθερώστε χώρο στον δίσκο ή ελέγξτε τα δικαιώματα του φακέλου.</translation>
  </message>
  <message>
   <source>'{model}' is now the new model. {hidden} stays where it is, but is no longer used.</source>
   <translation>Το '{model}' είναι πλέον το νέο μοντέλο. Το {hidden} μένει στη θέση του, αλλά δεν χρησιμοποιείται πια.</translation>
  </message>
  <message>
   <source>The raster to map: any layer that QGIS can open, web maps included (they need an area to map).</source>
   <translation>Το ψηφιδωτό που θα χαρτογραφηθεί: κάθε επίπεδο που ανοίγει το QGIS, και διαδικτυακοί χάρτες (θέλουν περιοχή χαρτογράφησης).</translation>
  </message>
  <message>
   <source>Name of an installed model, or path of a model folder, .zip or .onnx file. Default: the one whose bands the raster has by description, if there is just one.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου, ή διαδρομή φακέλου μοντέλου, αρχείου .zip ή .onnx. Προεπιλογή: εκείνο του οποίου τους διαύλους έχει το ψηφιδωτό σύμφωνα με τις περιγραφές, αν είναι μόνο ένα.</translation>
  </message>
  <message>
   <source>Band numbers from 1, in the order in which the model takes them. Default: found by description.</source>
   <translation>Αριθμοί διαύλων από 1, με τη σειρά που τους δέχεται το μοντέλο. Προεπιλογή: βρίσκονται από την περιγραφή.</translation>
  </message>
  <message>
   <source>INPUT is empty: choose the raster to map.</source>
   <translation>Το INPUT είναι κενό: επιλέξτε το ψηφιδωτό που θα χαρτογραφηθεί.</translation>
  </message>
  <message>
   <source>one image</source>
   <translation>μία εικόνα</translation>
  </message>
  <message>
   <source>Raster</source>
   <translation>Ψηφιδωτό</translation>
  </message>
  <message>
   <source>a raster layer</source>
   <translation>ψηφιδωτό επίπεδο</translation>
  </message>
  <message>
   <source>a vector layer</source>
   <translation>διανυσματικό επίπεδο</translation>
  </message>
  <message>
   <source>{name}: '{value}' is not {kind} that QGIS can open.</source>
   <translation>{name}: το '{value}' δεν είναι {kind} που μπορεί να ανοίξει το QGIS.</translation>
  </message>
  <message>
   <source>{path} is open in the project as the layer '{layer}' and cannot be replaced. Remove the layer first, or choose another file.</source>
   <translation>Το {path} είναι ανοιχτό στο έργο ως το επίπεδο '{layer}' και δεν μπορεί να αντικατασταθεί. Αφαιρέστε πρώτα το επίπεδο, ή επιλέξτε άλλο αρχείο.</translation>
  </message>
  <message>
   <source>Where the network runs: auto (a GPU if there is one), cpu, cuda (first NVIDIA GPU), cuda:N (GPU number N, from 0) or mps (Apple GPU).</source>
   <translation>Πού εκτελείται το δίκτυο: auto (κάρτα γραφικών, αν υπάρχει), cpu, cuda (πρώτη κάρτα NVIDIA), cuda:N (κάρτα με αριθμό N, από 0) ή mps (κάρτα της Apple).</translation>
  </message>
  <message>
   <source>Tile size (pixels)</source>
   <translation>Μέγεθος πλακιδίου (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Side of the squares the network runs on, 32 to 8192 pixels. Default: chosen from the model and the memory.</source>
   <translation>Πλευρά των τετραγώνων στα οποία εκτελείται το δίκτυο, 32 έως 8192 εικονοστοιχεία. Προεπιλογή: επιλέγεται από το μοντέλο και τη μνήμη.</translation>
  </message>
  <message>
   <source>Overlap of tiles (pixels)</source>
   <translation>Επικάλυψη πλακιδίων (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>How far tiles overlap and are blended, 0 to half of the tile size, in pixels. Default: the model's.</source>
   <translation>Πόσο επικαλύπτονται και αναμειγνύονται τα πλακίδια, 0 έως το μισό του μεγέθους τους, σε εικονοστοιχεία. Προεπιλογή: του μοντέλου.</translation>
  </message>
  <message>
   <source>Batch size (tiles)</source>
   <translation>Μέγεθος παρτίδας (πλακίδια)</translation>
  </message>
  <message>
   <source>Tiles that the network runs on together, 1 to 1024. More is faster on a GPU and takes more memory. Default: 1.</source>
   <translation>Πλακίδια στα οποία εκτελείται το δίκτυο μαζί, 1 έως 1024. Περισσότερα είναι ταχύτερα σε κάρτα γραφικών και θέλουν περισσότερη μνήμη. Προεπιλογή: 1.</translation>
  </message>
  <message>
   <source>Threads</source>
   <translation>Νήματα</translation>
  </message>
  <message>
   <source>CPU threads that the network may use, 1 to 256. Default: one for each core.</source>
   <translation>Νήματα του επεξεργαστή που μπορεί να χρησιμοποιήσει το δίκτυο, 1 έως 256. Προεπιλογή: ένα για κάθε πυρήνα.</translation>
  </message>
  <message>
   <source>Maps at the pixel size, in metres, that the model was trained at. Needed where the raster's pixels are much larger or smaller. Default: the pixels of the (first) raster.</source>
   <translation>Χαρτογραφεί στο μέγεθος εικονοστοιχείου, σε μέτρα, στο οποίο εκπαιδεύτηκε το μοντέλο. Απαραίτητο όπου τα εικονοστοιχεία του ψηφιδωτού είναι πολύ μεγαλύτερα ή μικρότερα. Προεπιλογή: τα εικονοστοιχεία του (πρώτου) ψηφιδωτού.</translation>
  </message>
  <message>
   <source>Resampling</source>
   <translation>Επαναδειγματοληψία</translation>
  </message>
  <message>
   <source>How a raster is brought to another grid: bilinear and cubic interpolate, and average the pixels of a much finer raster; nearest keeps values as they are, for classes and indices. Pixels that lie on the grid already are never touched, and paletted rasters are always taken by nearest.</source>
   <translation>Πώς μεταφέρεται ένα ψηφιδωτό σε άλλον κάνναβο: bilinear και cubic παρεμβάλλουν, και παίρνουν τον μέσο όρο των εικονοστοιχείων ενός πολύ λεπτομερέστερου ψηφιδωτού· nearest κρατά τις τιμές όπως είναι, για κλάσεις και δείκτες. Εικονοστοιχεία που βρίσκονται ήδη στον κάνναβο δεν αλλάζουν ποτέ, και για ψηφιδωτά με παλέτα χρησιμοποιείται πάντα το nearest.</translation>
  </message>
  <message>
   <source>Nodata value</source>
   <translation>Τιμή nodata</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with one class a pixel, named and coloured; 255 is nodata. An existing file is replaced.</source>
   <translation>GeoTIFF (.tif) με μία κλάση ανά εικονοστοιχείο, με όνομα και χρώμα· το 255 σημαίνει χωρίς δεδομένα. Υπάρχον αρχείο αντικαθίσταται.</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with one band a class, each 0 to 1. Not made unless asked for.</source>
   <translation>GeoTIFF (.tif) με έναν δίαυλο ανά κλάση, 0 έως 1 ο καθένας. Δημιουργείται μόνο αν ζητηθεί.</translation>
  </message>
  <message>
   <source>The classes as polygons with their name, value and area in square metres (.gpkg, .geojson, .shp or .fgb). An existing file is replaced, unless it is a GeoPackage with other layers. Not made unless asked for.</source>
   <translation>Οι κλάσεις ως πολύγωνα με όνομα, τιμή και εμβαδόν σε τετραγωνικά μέτρα (.gpkg, .geojson, .shp ή .fgb). Υπάρχον αρχείο αντικαθίσταται, εκτός αν είναι GeoPackage με άλλα επίπεδα. Δημιουργούνται μόνο αν ζητηθεί.</translation>
  </message>
  <message>
   <source>Values: {values}.</source>
   <translation>Τιμές: {values}.</translation>
  </message>
  <message>
   <source>Only this rectangle is mapped. Default: the whole raster. Needed for layers without an end, such as web maps.</source>
   <translation>Χαρτογραφείται μόνο αυτό το ορθογώνιο. Προεπιλογή: ολόκληρο το ψηφιδωτό. Απαραίτητο για επίπεδα χωρίς όρια, όπως οι διαδικτυακοί χάρτες.</translation>
  </message>
  <message>
   <source>Pixels whose centre is outside these polygons become nodata. Any coordinate system. Default: no limit.</source>
   <translation>Τα εικονοστοιχεία με κέντρο έξω από αυτά τα πολύγωνα μένουν χωρίς δεδομένα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: χωρίς όριο.</translation>
  </message>
  <message>
   <source>Resample to the model's resolution</source>
   <translation>Επαναδειγματοληψία στην ανάλυση του μοντέλου</translation>
  </message>
  <message>
   <source>A stored number that means nodata, such as 0 for black borders, in addition to the nodata that the rasters declare. A pixel with this number in any band becomes nodata. Any number. Default: only the declared nodata.</source>
   <translation>Αποθηκευμένος αριθμός που σημαίνει nodata, όπως 0 για μαύρα περιθώρια, επιπλέον του nodata που δηλώνουν τα ψηφιδωτά. Εικονοστοιχείο με αυτόν τον αριθμό σε οποιονδήποτε δίαυλο μένει χωρίς δεδομένα. Οποιοσδήποτε αριθμός. Προεπιλογή: μόνο το δηλωμένο nodata.</translation>
  </message>
  <message>
   <source>Probabilities</source>
   <translation>Πιθανότητες</translation>
  </message>
  <message>
   <source>Polygons</source>
   <translation>Πολύγωνα</translation>
  </message>
  <message>
   <source>Area to map</source>
   <translation>Περιοχή χαρτογράφησης</translation>
  </message>
  <message>
   <source>Polygons to map inside of</source>
   <translation>Πολύγωνα μέσα στα οποία γίνεται η χαρτογράφηση</translation>
  </message>
  <message>
   <source>Device</source>
   <translation>Συσκευή</translation>
  </message>
  <message>
   <source>The overlap of {overlap} pixels is more than half of the tile size of {size}. Make it smaller.</source>
   <translation>Η επικάλυψη των {overlap} εικονοστοιχείων ξεπερνά το μισό του μεγέθους πλακιδίου ({size}). Μικρύνετέ την.</translation>
  </message>
  <message>
   <source>'{device}' is not a device. Choose auto, cpu, cuda, cuda:N with the number of a GPU, or mps.</source>
   <translation>Το '{device}' δεν είναι συσκευή. Επιλέξτε auto, cpu, cuda, cuda:N με τον αριθμό μιας κάρτας γραφικών, ή mps.</translation>
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
   <source>The folder {folder} for the result is not there. Make it, or choose another.</source>
   <translation>Ο φάκελος {folder} για το αποτέλεσμα δεν υπάρχει. Δημιουργήστε τον ή επιλέξτε άλλον.</translation>
  </message>
  <message>
   <source>{name}: '{value}' is not a layer that QGIS can open.</source>
   <translation>{name}: το '{value}' δεν είναι επίπεδο που ανοίγει το QGIS.</translation>
  </message>
  <message>
   <source>'{text}' is not a list of band numbers. Give numbers from 1, divided by commas, such as 11,8,3.</source>
   <translation>Το '{text}' δεν είναι κατάλογος αριθμών διαύλων. Δώστε αριθμούς από 1, χωρισμένους με κόμμα, όπως 11,8,3.</translation>
  </message>
  <message>
   <source>Flood polygons over an area</source>
   <translation>Πολύγωνα πλημμύρας πάνω από ένα εμβαδόν</translation>
  </message>
  <message>
   <source>Train, map and assess</source>
   <translation>Εκπαίδευση, χαρτογράφηση και αξιολόγηση</translation>
  </message>
  <message>
   <source>Examples</source>
   <translation>Παραδείγματα</translation>
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
   <source>Smallest number of the map</source>
   <translation>Μικρότερος αριθμός του χάρτη</translation>
  </message>
  <message>
   <source>Largest number of the map</source>
   <translation>Μεγαλύτερος αριθμός του χάρτη</translation>
  </message>
  <message>
   <source>Mean of the map</source>
   <translation>Μέσος όρος του χάρτη</translation>
  </message>
  <message>
   <source>Gives every pixel of a raster a number with a trained network: a height, a biomass, a temperature, whatever the model was trained on, in its unit. Takes any size, data type and coordinate system; nodata stays nodata. Numbers are as the network gives them, not clipped; those far beyond what the model was trained on are told of.

The model is the name of an installed one (see 'List models'), or the path of a model folder, a .zip of one, or an .onnx file that carries its card. Its bands are found by the raster's band descriptions, else taken in order if there are as many, else chosen in 'Bands'.</source>
   <translation>Δίνει σε κάθε εικονοστοιχείο ενός ψηφιδωτού έναν αριθμό με ένα εκπαιδευμένο δίκτυο: ύψος, βιομάζα, θερμοκρασία, ό,τι έμαθε το μοντέλο, στη μονάδα του. Δέχεται οποιοδήποτε μέγεθος, τύπο δεδομένων και σύστημα συντεταγμένων· όπου δεν υπάρχουν δεδομένα, δεν υπάρχουν και στο αποτέλεσμα. Οι αριθμοί είναι όπως τους δίνει το δίκτυο, χωρίς περικοπή· για όσους είναι πολύ πέρα από αυτά που έμαθε το μοντέλο γίνεται προειδοποίηση.

Το μοντέλο είναι το όνομα ενός εγκατεστημένου (δείτε τον «Κατάλογο μοντέλων»), ή η διαδρομή ενός φακέλου μοντέλου, ενός .zip του, ή ενός αρχείου .onnx που περιέχει την κάρτα του. Οι δίαυλοί του βρίσκονται από τις περιγραφές των διαύλων του ψηφιδωτού, αλλιώς λαμβάνονται με τη σειρά αν είναι ισάριθμοι, αλλιώς επιλέγονται στους «Διαύλους».</translation>
  </message>
  <message>
   <source>Numbers</source>
   <translation>Αριθμοί</translation>
  </message>
  <message>
   <source>deep learning,neural network,regression,onnx,continuous,biomass,height,estimation</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,παλινδρόμηση,onnx,συνεχής,βιομάζα,ύψος,εκτίμηση</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with one real number a pixel, in the model's unit, and its statistics; nodata is NaN. An existing file is replaced.</source>
   <translation>GeoTIFF (.tif) με έναν πραγματικό αριθμό ανά εικονοστοιχείο, στη μονάδα του μοντέλου, και τα στατιστικά του· όπου δεν υπάρχουν δεδομένα, NaN. Υπάρχον αρχείο αντικαθίσταται.</translation>
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
   <source>The job was cancelled.</source>
   <translation>Η εργασία ακυρώθηκε.</translation>
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
   <source>The temporary copy {path} cannot be made: {reason}</source>
   <translation>Το προσωρινό αντίγραφο {path} δεν μπορεί να δημιουργηθεί: {reason}</translation>
  </message>
  <message>
   <source>The layer '{layer}' has no end: choose the area to map.</source>
   <translation>Το επίπεδο '{layer}' δεν έχει όρια: επιλέξτε την περιοχή χαρτογράφησης.</translation>
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
   <source>no class</source>
   <translation>χωρίς κλάση</translation>
  </message>
  <message>
   <source>Scenes with a class</source>
   <translation>Σκηνές με κλάση</translation>
  </message>
  <message>
   <source>Scenes without a class</source>
   <translation>Σκηνές χωρίς κλάση</translation>
  </message>
  <message>
   <source>Gives scenes, parts of a raster seen as a whole, a class with a trained network (see 'Train scene classifier'), or several labels where the model was trained on such. Scenes are the cells of a grid that the raster is cut into; or the polygons of a layer, each by the pixels under it alone; or squares around the points of a layer.

The result is polygons: the cells, the polygons as they were given with all their attributes, or the squares with the attributes of their points. Each has its 'class' (several labels: divided by '; ', the likeliest first), its 'score' from 0 to 1, 'valid', the share of its pixels that are not nodata, and a field for each class with its probability. Attributes of the same names as these get a number. Cells without a valid pixel are left out; features without one, without a geometry, or off the raster have no class.

The model is the name of an installed one (see 'List models'), or the path of a model folder, a .zip of one, or an .onnx file that carries its card. Its bands are found by the raster's band descriptions, else taken in order if there are as many, else chosen in 'Bands'.</source>
   <translation>Δίνει σε σκηνές, μέρη ενός ψηφιδωτού που φαίνονται ως σύνολο, μια κλάση με ένα εκπαιδευμένο δίκτυο (βλ. «Εκπαίδευση ταξινομητή σκηνών»), ή πολλές ετικέτες όπου το μοντέλο εκπαιδεύτηκε έτσι. Σκηνές είναι τα κελιά ενός καννάβου στον οποίο κόβεται το ψηφιδωτό· ή τα πολύγωνα ενός επιπέδου, το καθένα μόνο με τα εικονοστοιχεία κάτω από αυτό· ή τετράγωνα γύρω από τα σημεία ενός επιπέδου.

Το αποτέλεσμα είναι πολύγωνα: τα κελιά, τα πολύγωνα όπως δόθηκαν με όλα τα χαρακτηριστικά τους, ή τα τετράγωνα με τα χαρακτηριστικά των σημείων τους. Το καθένα έχει το 'class' του (πολλές ετικέτες: χωρισμένες με '; ', η πιθανότερη πρώτη), το 'score' του από 0 έως 1, το 'valid', το ποσοστό των εικονοστοιχείων του που έχουν δεδομένα, και ένα πεδίο για κάθε κλάση με την πιθανότητά της. Χαρακτηριστικά με τα ίδια ονόματα παίρνουν έναν αριθμό. Κελιά χωρίς έγκυρο εικονοστοιχείο μένουν έξω· οντότητες χωρίς κανένα, χωρίς γεωμετρία ή εκτός του ψηφιδωτού δεν έχουν κλάση.

Το μοντέλο είναι το όνομα ενός εγκατεστημένου (βλ. «Κατάλογος μοντέλων»), ή η διαδρομή φακέλου μοντέλου, ενός .zip του, ή αρχείου .onnx που φέρει την κάρτα του. Οι δίαυλοί του βρίσκονται από τις περιγραφές των διαύλων του ψηφιδωτού, αλλιώς λαμβάνονται με τη σειρά αν είναι τόσοι, αλλιώς επιλέγονται στο «Δίαυλοι».</translation>
  </message>
  <message>
   <source>Scenes</source>
   <translation>Σκηνές</translation>
  </message>
  <message>
   <source>The scenes: polygons, or points around each of which a square of SIZE is one. Any coordinate system. Default: a grid over all of the raster.</source>
   <translation>Οι σκηνές: πολύγωνα, ή σημεία, όπου σκηνή είναι ένα τετράγωνο SIZE γύρω από το καθένα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: κάνναβος πάνω σε ολόκληρο το ψηφιδωτό.</translation>
  </message>
  <message>
   <source>Size of a scene (pixels)</source>
   <translation>Μέγεθος σκηνής (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Side of the cells of the grid, or of the squares around points, 1 to 100,000 pixels of the raster. Not for polygons. Default: as large on the ground as the scenes that the model was trained on.</source>
   <translation>Πλευρά των κελιών του καννάβου, ή των τετραγώνων γύρω από σημεία, 1 έως 100000 εικονοστοιχεία του ψηφιδωτού. Όχι για πολύγωνα. Προεπιλογή: τόσο στο έδαφος όσο οι σκηνές στις οποίες εκπαιδεύτηκε το μοντέλο.</translation>
  </message>
  <message>
   <source>Batch size (scenes)</source>
   <translation>Μέγεθος παρτίδας (σκηνές)</translation>
  </message>
  <message>
   <source>Scenes that the network runs on together, 1 to 1024. More is faster on a GPU and takes more memory. Default: up to 16, as memory allows.</source>
   <translation>Σκηνές στις οποίες εκτελείται το δίκτυο μαζί, 1 έως 1024. Περισσότερες είναι ταχύτερες σε κάρτα γραφικών και θέλουν περισσότερη μνήμη. Προεπιλογή: έως 16, όσο επιτρέπει η μνήμη.</translation>
  </message>
  <message>
   <source>FEATURES: '{layer}' has no features with a geometry. Draw or choose some.</source>
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
   <source>Only what lies in this rectangle is seen. Default: the whole raster. Web maps need it.</source>
   <translation>Εξετάζεται μόνο ό,τι βρίσκεται σε αυτό το ορθογώνιο. Προεπιλογή: ολόκληρο το ψηφιδωτό. Απαραίτητο για διαδικτυακούς χάρτες.</translation>
  </message>
  <message>
   <source>Only pixels whose centre lies in these polygons are seen. Any coordinate system. Default: all.</source>
   <translation>Εξετάζονται μόνο εικονοστοιχεία με κέντρο μέσα σε αυτά τα πολύγωνα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: όλα.</translation>
  </message>
  <message>
   <source>Polygons with class, score, valid and a field a class (.gpkg, .geojson, .shp or .fgb; a .shp shortens names to 10 letters). An existing file is replaced, unless it is a GeoPackage with other layers.</source>
   <translation>Πολύγωνα με κλάση, βαθμολογία, valid και ένα πεδίο ανά κλάση (.gpkg, .geojson, .shp ή .fgb· ένα .shp συντομεύει τα ονόματα σε 10 γράμματα). Υπάρχον αρχείο αντικαθίσταται, εκτός αν είναι GeoPackage με άλλα επίπεδα.</translation>
  </message>
  <message>
   <source>GeoTIFF (.tif) with the class of the scene at each pixel, named and coloured; 255 is nodata. Of polygons that lie on one another the later one wins. Not for several labels. Not made unless asked for.</source>
   <translation>GeoTIFF (.tif) με την κλάση της σκηνής σε κάθε εικονοστοιχείο, με όνομα και χρώμα· το 255 σημαίνει χωρίς δεδομένα. Από πολύγωνα που βρίσκονται το ένα πάνω στο άλλο επικρατεί το τελευταίο. Όχι για πολλές ετικέτες. Δημιουργείται μόνο αν ζητηθεί.</translation>
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
   <source>Model '{model}' gives a scene several labels, and a pixel of a class raster has one: leave RASTER empty.</source>
   <translation>Το μοντέλο '{model}' δίνει σε μια σκηνή πολλές ετικέτες, ενώ ένα εικονοστοιχείο ψηφιδωτού κλάσεων έχει μία: αφήστε το RASTER κενό.</translation>
  </message>
  <message>
   <source>{model}: classes</source>
   <translation>{model}: κλάσεις</translation>
  </message>
  <message>
   <source>Gives every pixel of a raster a class with a trained network. Takes any size, data type and coordinate system; nodata stays nodata.

The model is the name of an installed one (see 'List models'), or the path of a model folder, a .zip of one, or an .onnx file that carries its card or Deepness metadata. Its bands are found by the raster's band descriptions, else taken in order if there are as many, else chosen in 'Bands'.</source>
   <translation>Δίνει σε κάθε εικονοστοιχείο ενός ψηφιδωτού μια κλάση με ένα εκπαιδευμένο δίκτυο. Δέχεται οποιοδήποτε μέγεθος, τύπο δεδομένων και σύστημα συντεταγμένων· όπου δεν υπάρχουν δεδομένα, δεν υπάρχουν ούτε στο αποτέλεσμα.

Το μοντέλο είναι το όνομα ενός εγκατεστημένου (βλ. «Κατάλογος μοντέλων»), ή η διαδρομή φακέλου μοντέλου, ενός .zip του, ή αρχείου .onnx που φέρει την κάρτα του ή μεταδεδομένα Deepness. Οι δίαυλοί του βρίσκονται από τις περιγραφές των διαύλων του ψηφιδωτού, αλλιώς λαμβάνονται με τη σειρά αν είναι τόσοι, αλλιώς επιλέγονται στο «Δίαυλοι».</translation>
  </message>
  <message>
   <source>Classes</source>
   <translation>Κλάσεις</translation>
  </message>
  <message>
   <source>deep learning,neural network,classification,onnx,land cover,semantic</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,ταξινόμηση,onnx,κάλυψη γης,σημασιολογική</translation>
  </message>
  <message>
   <source>Gives every pixel a class, such as its crop, from its course over time, with a network that was trained on such series (see 'Train time-series classifier'). Give a raster for each date, or a raster for each variable whose bands are its dates. Layers on other grids are brought to that of the first.

Dates are found in the names of layers and bands and in the files' metadata, or typed in DATES. A model of one season serves the same season of any year. Where the dates are just the model's, clouds set to nodata are left out pixel by pixel. Where they differ, or a layer is missing, values are interpolated in time between the nearest valid dates of each pixel, over gaps of up to twice the model's own steps. What has no valid date at all is nodata in the map. Where no dates are known, there have to be as many as the model takes, in the same order.</source>
   <translation>Δίνει σε κάθε εικονοστοιχείο μια κλάση, όπως την καλλιέργειά του, από την πορεία του στον χρόνο, με ένα δίκτυο που εκπαιδεύτηκε σε τέτοιες χρονοσειρές (βλ. «Εκπαίδευση ταξινομητή χρονοσειρών»). Δώστε ένα ψηφιδωτό για κάθε ημερομηνία, ή ένα ψηφιδωτό για κάθε μεταβλητή με διαύλους τις ημερομηνίες της. Επίπεδα σε άλλον κάνναβο μεταφέρονται σε εκείνον του πρώτου.

Οι ημερομηνίες βρίσκονται στα ονόματα επιπέδων και διαύλων και στα μεταδεδομένα των αρχείων, ή πληκτρολογούνται στο DATES. Ένα μοντέλο μιας περιόδου ισχύει για την ίδια περίοδο κάθε έτους. Όπου οι ημερομηνίες είναι ακριβώς του μοντέλου, σύννεφα που έχουν οριστεί ως χωρίς δεδομένα μένουν έξω ανά εικονοστοιχείο. Όπου διαφέρουν, ή λείπει ένα επίπεδο, οι τιμές παρεμβάλλονται στον χρόνο ανάμεσα στις πλησιέστερες έγκυρες ημερομηνίες κάθε εικονοστοιχείου, σε κενά έως το διπλάσιο των βημάτων του μοντέλου. Ό,τι δεν έχει καμία έγκυρη ημερομηνία μένει χωρίς δεδομένα στον χάρτη. Όπου δεν είναι γνωστές ημερομηνίες, πρέπει να είναι τόσες όσες δέχεται το μοντέλο, με την ίδια σειρά.</translation>
  </message>
  <message>
   <source>Factor of the values</source>
   <translation>Συντελεστής των τιμών</translation>
  </message>
  <message>
   <source>Factor that brings the stored numbers to the scale of the model's training data, 0.00000001 to 1,000,000: 0.0001 for indices stored in ten-thousandths, 1 for numbers that need no scaling. Default: the scale and offset that the files state.</source>
   <translation>Συντελεστής που φέρνει τους αποθηκευμένους αριθμούς στην κλίμακα των δεδομένων εκπαίδευσης του μοντέλου, 0.00000001 έως 1000000: 0.0001 για δείκτες αποθηκευμένους σε δεκάκις χιλιοστά, 1 για αριθμούς που δεν χρειάζονται κλιμάκωση. Προεπιλογή: η κλίμακα και η μετατόπιση που δηλώνουν τα αρχεία.</translation>
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
   <source>The series: a raster for each date, or with LAYOUT=variables a raster for each variable, whose bands are its dates. In any order where their names or metadata hold dates.</source>
   <translation>Η χρονοσειρά: ένα ψηφιδωτό για κάθε ημερομηνία, ή με LAYOUT=variables ένα ψηφιδωτό για κάθε μεταβλητή, με διαύλους τις ημερομηνίες της. Με οποιαδήποτε σειρά όπου τα ονόματα ή τα μεταδεδομένα τους περιέχουν ημερομηνίες.</translation>
  </message>
  <message>
   <source>A layer is</source>
   <translation>Κάθε επίπεδο είναι</translation>
  </message>
  <message>
   <source>dates: each layer is a date, its bands are variables. variables: the other way round.</source>
   <translation>dates: κάθε επίπεδο είναι μια ημερομηνία και οι δίαυλοί του μεταβλητές. variables: το αντίστροφο.</translation>
  </message>
  <message>
   <source>Name of an installed model for time series, or path of a model folder, .zip or .onnx file. Default: the installed one, if there is just one.</source>
   <translation>Όνομα εγκατεστημένου μοντέλου για χρονοσειρές, ή διαδρομή φακέλου μοντέλου, αρχείου .zip ή .onnx. Προεπιλογή: το εγκατεστημένο, αν είναι μόνο ένα.</translation>
  </message>
  <message>
   <source>The dates of the layers (LAYOUT=variables: of the bands), in their order: 2013-09-14, 2013-09-30, …; or the first one and the step, such as 2013-09-14/P16D (D days, W weeks, M months, Y years). Default: as found in names and metadata.</source>
   <translation>Οι ημερομηνίες των επιπέδων (με LAYOUT=variables: των διαύλων), με τη σειρά τους: 2013-09-14, 2013-09-30, …· ή η πρώτη και το βήμα, όπως 2013-09-14/P16D (D ημέρες, W εβδομάδες, M μήνες, Y έτη). Προεπιλογή: όπως βρίσκονται στα ονόματα και στα μεταδεδομένα.</translation>
  </message>
  <message>
   <source>High numbers of unsigned layers</source>
   <translation>Μεγάλοι αριθμοί απρόσημων επιπέδων</translation>
  </message>
  <message>
   <source>Whether high numbers of 16-bit unsigned layers are negative ones that wrapped around, as -1 becomes 65,535. auto: those from 55,536 up are, where a factor applies and the layer has nothing between them and 32,767. negative: all above 32,767 are. keep: none.</source>
   <translation>Αν οι μεγάλοι αριθμοί απρόσημων επιπέδων των 16 bit είναι αρνητικοί που αναδιπλώθηκαν, όπως το -1 γίνεται 65535. auto: είναι όσοι φτάνουν ή ξεπερνούν το 55536, όπου ισχύει συντελεστής και το επίπεδο δεν έχει τίποτε ανάμεσα σε αυτούς και στο 32767. negative: είναι όλοι πάνω από 32767. keep: κανένας.</translation>
  </message>
  <message>
   <source>Numbers, from 1, of the bands of each layer to use, such as 1,2: the model's variables in its order, or with LAYOUT=variables the dates. Default: variables are found by name, dates are all bands.</source>
   <translation>Αριθμοί, από 1, των διαύλων κάθε επιπέδου που χρησιμοποιούνται, όπως 1,2: οι μεταβλητές του μοντέλου με τη σειρά του, ή με LAYOUT=variables οι ημερομηνίες. Προεπιλογή: οι μεταβλητές βρίσκονται από το όνομα, ημερομηνίες είναι όλοι οι δίαυλοι.</translation>
  </message>
  <message>
   <source>Batch size (series)</source>
   <translation>Μέγεθος παρτίδας (χρονοσειρές)</translation>
  </message>
  <message>
   <source>Pixels whose series the network runs on together, 1 to 1,000,000. More is faster on a GPU and takes more memory. Default: chosen from the model.</source>
   <translation>Εικονοστοιχεία στις χρονοσειρές των οποίων εκτελείται το δίκτυο μαζί, 1 έως 1000000. Περισσότερα είναι ταχύτερα σε κάρτα γραφικών και θέλουν περισσότερη μνήμη. Προεπιλογή: επιλέγεται από το μοντέλο.</translation>
  </message>
  <message>
   <source>a series</source>
   <translation>μια χρονοσειρά</translation>
  </message>
  <message>
   <source>LAYERS is empty: choose the rasters of the series.</source>
   <translation>Το LAYERS είναι κενό: επιλέξτε τα ψηφιδωτά της χρονοσειράς.</translation>
  </message>
  <message>
   <source>No model is chosen, and {count} of the installed ones are for time series.</source>
   <translation>Δεν επιλέχθηκε μοντέλο, και από τα εγκατεστημένα {count} είναι για χρονοσειρές.</translation>
  </message>
  <message>
   <source>Dates</source>
   <translation>Ημερομηνίες</translation>
  </message>
  <message>
   <source>none installed</source>
   <translation>κανένα εγκατεστημένο</translation>
  </message>
  <message>
   <source>LAYERS: '{layer}' is no raster.</source>
   <translation>LAYERS: το '{layer}' δεν είναι ψηφιδωτό.</translation>
  </message>
  <message>
   <source>QGIS cannot open the file. Its path may hold characters that have a special meaning to QGIS, such as % or |.</source>
   <translation>Το QGIS δεν μπορεί να ανοίξει το αρχείο. Η διαδρομή του ίσως περιέχει χαρακτήρες με ειδική σημασία για το QGIS, όπως % ή |.</translation>
  </message>
  <message>
   <source>{file} is another result's. Give the two different names, or make this one a .gpkg.</source>
   <translation>Το {file} είναι άλλου αποτελέσματος. Δώστε στα δύο διαφορετικά ονόματα, ή κάντε αυτό .gpkg.</translation>
  </message>
  <message>
   <source>{file} is there already and was kept. Remove it to save the result's style.</source>
   <translation>Το {file} υπάρχει ήδη και διατηρήθηκε. Αφαιρέστε το για να αποθηκευτεί το στυλ του αποτελέσματος.</translation>
  </message>
  <message>
   <source>The style of {path} could not be saved with it: {problem}</source>
   <translation>Το στυλ του {path} δεν μπόρεσε να αποθηκευτεί μαζί του: {problem}</translation>
  </message>
  <message>
   <source>The best model so far is in {folder} and can be used as it is. Running again with the same settings goes on.</source>
   <translation>Το καλύτερο ως τώρα μοντέλο είναι στο {folder} και χρησιμοποιείται όπως είναι. Νέα εκτέλεση με τις ίδιες ρυθμίσεις συνεχίζει από εκεί.</translation>
  </message>
  <message>
   <source>The main figure of the finished model, of the kind that epochs are compared by</source>
   <translation>Ο κύριος δείκτης του έτοιμου μοντέλου, του είδους με το οποίο συγκρίνονται οι εποχές</translation>
  </message>
  <message>
   <source>Start from a model</source>
   <translation>Αρχή από μοντέλο</translation>
  </message>
  <message>
   <source>Name or path of a model whose weights training starts with. Its bands and classes may be others; what does not fit is learned anew. Default: from scratch.</source>
   <translation>Όνομα ή διαδρομή μοντέλου από τα βάρη του οποίου αρχίζει η εκπαίδευση. Οι δίαυλοι και οι κλάσεις του μπορεί να είναι άλλα· ό,τι δεν ταιριάζει μαθαίνεται από την αρχή. Προεπιλογή: από το μηδέν.</translation>
  </message>
  <message>
   <source>What the model is called in lists. Default: from the labels and the network.</source>
   <translation>Πώς λέγεται το μοντέλο στους καταλόγους. Προεπιλογή: από τις ετικέτες και το δίκτυο.</translation>
  </message>
  <message>
   <source>A new or empty folder for the model, or that of a model, which is replaced. Default, also where a temporary folder is chosen: a folder of the model's name among your models, where lists find it.</source>
   <translation>Νέος ή κενός φάκελος για το μοντέλο, ή ο φάκελος ενός μοντέλου, που αντικαθίσταται. Προεπιλογή, και όταν επιλέγεται προσωρινός φάκελος: φάκελος με το όνομα του μοντέλου ανάμεσα στα μοντέλα σας, όπου τον βρίσκουν οι κατάλογοι.</translation>
  </message>
  <message>
   <source>A page (.html) with the course of the training, figures, pictures and settings, in one file.</source>
   <translation>Σελίδα (.html) με την πορεία της εκπαίδευσης, δείκτες, εικόνες και ρυθμίσεις, σε ένα αρχείο.</translation>
  </message>
  <message>
   <source>Mean F1 of the pictures (0 to 1), for several classes a scene</source>
   <translation>Μέσο F1 των εικόνων (0 έως 1), για πολλές κλάσεις ανά σκηνή</translation>
  </message>
  <message>
   <source>Mean average precision of the classes (0 to 1), for several classes a scene</source>
   <translation>Μέσος όρος της μέσης ορθότητας των κλάσεων (0 έως 1), για πολλές κλάσεις ανά σκηνή</translation>
  </message>
  <message>
   <source>Share of the objects that are found (0 to 1)</source>
   <translation>Ποσοστό των αντικειμένων που βρέθηκαν (0 έως 1)</translation>
  </message>
  <message>
   <source>R2, the share of the variance that is explained (at most 1)</source>
   <translation>R2, το ποσοστό της διακύμανσης που εξηγείται (το πολύ 1)</translation>
  </message>
  <message>
   <source>Root mean square error, in units of the labels</source>
   <translation>Ρίζα του μέσου τετραγωνικού σφάλματος, σε μονάδες των ετικετών</translation>
  </message>
  <message>
   <source>Mean absolute error, in units of the labels</source>
   <translation>Μέσο απόλυτο σφάλμα, σε μονάδες των ετικετών</translation>
  </message>
  <message>
   <source>Bias, the mean of prediction minus label, in units of the labels</source>
   <translation>Μεροληψία, ο μέσος όρος πρόβλεψης μείον ετικέτας, σε μονάδες των ετικετών</translation>
  </message>
  <message>
   <source>LABELS is empty: choose the layer with what is known, or a chip folder in CHIPS.</source>
   <translation>Το LABELS είναι κενό: επιλέξτε το επίπεδο με όσα είναι γνωστά, ή φάκελο δειγμάτων στο CHIPS.</translation>
  </message>
  <message>
   <source>BASE_MODEL and PRETRAINED are both given, and there can be one start. Leave one empty.</source>
   <translation>Δόθηκαν και το BASE_MODEL και το PRETRAINED, ενώ η αρχή είναι μία. Αφήστε το ένα κενό.</translation>
  </message>
  <message>
   <source>There are no weights to keep: FREEZE and UNFREEZE_EVERY need a start. Choose BASE_MODEL or PRETRAINED, or FREEZE=nothing and UNFREEZE_EVERY=0.</source>
   <translation>Δεν υπάρχουν βάρη για να κρατηθούν: τα FREEZE και UNFREEZE_EVERY χρειάζονται αρχή. Επιλέξτε BASE_MODEL ή PRETRAINED, ή FREEZE=nothing και UNFREEZE_EVERY=0.</translation>
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
   <source>{names} cannot be used with CHIPS, which are cut and labelled already. Leave that empty, or CHIPS.</source>
   <translation>Τα {names} δεν χρησιμοποιούνται μαζί με το CHIPS, που έχει ήδη κοπεί και επισημανθεί. Αφήστε κενά εκείνα ή το CHIPS.</translation>
  </message>
  <message>
   <source>Model, for MODEL of other algorithms</source>
   <translation>Μοντέλο, για το MODEL άλλων αλγορίθμων</translation>
  </message>
  <message>
   <source>Best epoch, from 1</source>
   <translation>Καλύτερη εποχή, από 1</translation>
  </message>
  <message>
   <source>deep learning,neural network,train,fine-tune,transfer learning,pytorch,labels,model</source>
   <translation>βαθιά μάθηση,νευρωνικό δίκτυο,εκπαίδευση,προσαρμογή,μεταφορά μάθησης,pytorch,ετικέτες,μοντέλο</translation>
  </message>
  <message>
   <source>Network</source>
   <translation>Δίκτυο</translation>
  </message>
  <message>
   <source>Import a .zip with 'Import model' first, choose another BASE_MODEL, or leave it empty.</source>
   <translation>Εισαγάγετε πρώτα το .zip με την «Εισαγωγή μοντέλου», επιλέξτε άλλο BASE_MODEL ή αφήστε το κενό.</translation>
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
   <source>The model is in {folder}.</source>
   <translation>Το μοντέλο είναι στο {folder}.</translation>
  </message>
  <message>
   <source>There is nothing to learn from. Choose {layers} and LABELS, or a chip folder in CHIPS.</source>
   <translation>Δεν υπάρχει τίποτε για εκπαίδευση. Επιλέξτε {layers} και LABELS, ή φάκελο δειγμάτων στο CHIPS.</translation>
  </message>
  <message>
   <source>Model '{model}' is no folder with weights that training can start with ({file}).</source>
   <translation>Το μοντέλο '{model}' δεν είναι φάκελος με βάρη από τα οποία αρχίζει μια εκπαίδευση ({file}).</translation>
  </message>
  <message>
   <source>The folder {folder} cannot be made: {reason}. Choose another OUTPUT.</source>
   <translation>Ο φάκελος {folder} δεν μπορεί να δημιουργηθεί: {reason}. Επιλέξτε άλλο OUTPUT.</translation>
  </message>
  <message>
   <source>Without CLASS_FIELD all labels are one class, and nothing is known of the rest. Choose the field with the classes, or let the rest be background: UNLABELLED=background.</source>
   <translation>Χωρίς CLASS_FIELD όλες οι ετικέτες είναι μία κλάση, και για τα υπόλοιπα δεν είναι γνωστό τίποτε. Επιλέξτε το πεδίο με τις κλάσεις, ή ας είναι τα υπόλοιπα φόντο: UNLABELLED=background.</translation>
  </message>
  <message>
   <source>Label another class, too, or let the rest be background: UNLABELLED=background.</source>
   <translation>Βάλτε ετικέτες και σε άλλη κλάση, ή ας είναι τα υπόλοιπα φόντο: UNLABELLED=background.</translation>
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
   <source>LABELS: '{layer}' is a picture, not a raster of classes or numbers. Choose another layer.</source>
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
   <source>Choose the field of '{layer}' that holds the number to learn, in CLASS_FIELD.</source>
   <translation>Επιλέξτε το πεδίο του '{layer}' με τον αριθμό που θα μάθει το δίκτυο, στο CLASS_FIELD.</translation>
  </message>
  <message>
   <source>Choose the field of '{layer}' that holds the class of each scene, in CLASS_FIELD.</source>
   <translation>Επιλέξτε το πεδίο του '{layer}' με την κλάση κάθε σκηνής, στο CLASS_FIELD.</translation>
  </message>
  <message>
   <source>The field '{field}' of '{layer}' holds texts, not numbers. Choose another in CLASS_FIELD.</source>
   <translation>Το πεδίο '{field}' του '{layer}' περιέχει κείμενα, όχι αριθμούς. Επιλέξτε άλλο στο CLASS_FIELD.</translation>
  </message>
  <message>
   <source>The layer '{layer}' has no pixels of its own: choose the area to learn from (EXTENT).</source>
   <translation>Το επίπεδο '{layer}' δεν έχει δικά του εικονοστοιχεία: επιλέξτε την περιοχή εκπαίδευσης (EXTENT).</translation>
  </message>
  <message>
   <source>'{layer}' has points, which have no size. Give that of the objects in SIZE, in metres.</source>
   <translation>Το '{layer}' έχει σημεία, που δεν έχουν μέγεθος. Δώστε εκείνο των αντικειμένων στο SIZE, σε μέτρα.</translation>
  </message>
  <message>
   <source>All labels have the same class ({name}) in '{field}', so there is nothing to tell it from.</source>
   <translation>Όλες οι ετικέτες έχουν την ίδια κλάση ({name}) στο '{field}', άρα δεν υπάρχει από τι να ξεχωρίσει.</translation>
  </message>
  <message>
   <source>Label another class, too.</source>
   <translation>Βάλτε ετικέτες και σε άλλη κλάση.</translation>
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
   <source>LABELS: '{layer}' has no features with a geometry. Draw or choose some.</source>
   <translation>LABELS: το '{layer}' δεν έχει οντότητες με γεωμετρία. Σχεδιάστε ή επιλέξτε κάποιες.</translation>
  </message>
  <message>
   <source>The rasters to learn from: any that QGIS can open, web maps included (they need an area). All with the same bands.</source>
   <translation>Τα ψηφιδωτά της εκπαίδευσης: όσα ανοίγει το QGIS, και διαδικτυακοί χάρτες (θέλουν περιοχή). Όλα με τους ίδιους διαύλους.</translation>
  </message>
  <message>
   <source>Any coordinate system. As many layers as rasters go with them one by one, in order; else all layers hold for all rasters.</source>
   <translation>Οποιοδήποτε σύστημα συντεταγμένων. Όσα επίπεδα είναι ισάριθμα με τα ψηφιδωτά αντιστοιχίζονται ένα προς ένα, με τη σειρά· αλλιώς όλα τα επίπεδα ισχύουν για όλα τα ψηφιδωτά.</translation>
  </message>
  <message>
   <source>Rasters from {when}: one, or several that are paired with {others} in order. Pixels may differ.</source>
   <translation>Ψηφιδωτά {when}: ένα, ή περισσότερα που ζευγαρώνουν με τα {others} με τη σειρά. Τα εικονοστοιχεία μπορεί να διαφέρουν.</translation>
  </message>
  <message>
   <source>Rasters that the student learns from; they need no labels. All with the bands of the teacher.</source>
   <translation>Ψηφιδωτά από τα οποία μαθαίνει ο μαθητής· δεν χρειάζονται ετικέτες. Όλα με τους διαύλους του δασκάλου.</translation>
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
   <source>For SPLIT=places: the field of the labels that says which of them lie at one place, such as a parcel or a station. Default: each label by itself.</source>
   <translation>Για το SPLIT=places: το πεδίο των ετικετών που λέει ποιες βρίσκονται στην ίδια τοποθεσία, όπως ένα αγροτεμάχιο ή ένας σταθμός. Προεπιλογή: κάθε ετικέτα μόνη της.</translation>
  </message>
  <message>
   <source>Instead of layers: a folder of labelled chips, as 'Export chips' makes it; or of images: folders 'images' and 'masks' with files of the same names, a folder for each class, folders 'A', 'B' and 'label', or, of objects, pictures with boxes as COCO, Pascal VOC, DOTA or YOLO have them.</source>
   <translation>Αντί για επίπεδα: φάκελος δειγμάτων με ετικέτες, όπως τον φτιάχνει η «Εξαγωγή δειγμάτων»· ή εικόνων: φάκελοι 'images' και 'masks' με αρχεία ίδιων ονομάτων, ένας φάκελος για κάθε κλάση, φάκελοι 'A', 'B' και 'label', ή, για αντικείμενα, εικόνες με πλαίσια όπως τις έχουν τα COCO, Pascal VOC, DOTA ή YOLO.</translation>
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
   <source>The dates are not in order: {dates}. They are taken in the order of the layers.</source>
   <translation>Οι ημερομηνίες δεν είναι στη σειρά: {dates}. Λαμβάνονται με τη σειρά των επιπέδων.</translation>
  </message>
  <message>
   <source>Rasters</source>
   <translation>Ψηφιδωτά</translation>
  </message>
  <message>
   <source>What is known: polygons, lines or points with the class of each in a field, or a class raster: a whole number for each class, nodata where it is not known. If the raster declares no nodata, -9999 and the like count as nodata, and so does 255 or 65535 beside two or more small numbers, unless it has a class name.</source>
   <translation>Όσα είναι γνωστά: πολύγωνα, γραμμές ή σημεία με την κλάση του καθενός σε ένα πεδίο, ή ψηφιδωτό κλάσεων: ένας ακέραιος για κάθε κλάση, χωρίς δεδομένα όπου δεν είναι γνωστή. Αν το ψηφιδωτό δεν δηλώνει nodata, το -9999 και τα παρόμοια μετρούν ως nodata, όπως και το 255 ή το 65535 δίπλα σε δύο ή περισσότερους μικρούς αριθμούς, εκτός αν έχει όνομα κλάσης.</translation>
  </message>
  <message>
   <source>What is known: polygons, each of them a scene, or points, around each of which a square of CHIP_SIZE is one, with the class in a field.</source>
   <translation>Όσα είναι γνωστά: πολύγωνα, όπου το καθένα είναι μια σκηνή, ή σημεία, όπου σκηνή είναι ένα τετράγωνο CHIP_SIZE γύρω από το καθένα, με την κλάση σε ένα πεδίο.</translation>
  </message>
  <message>
   <source>What is known: points, lines or polygons with a number in a field, or a raster of numbers.</source>
   <translation>Όσα είναι γνωστά: σημεία, γραμμές ή πολύγωνα με έναν αριθμό σε ένα πεδίο, ή ψηφιδωτό αριθμών.</translation>
  </message>
  <message>
   <source>The objects: boxes or polygons, of which the rectangle around each counts, or points with their SIZE.</source>
   <translation>Τα αντικείμενα: πλαίσια ή πολύγωνα, από τα οποία μετρά το ορθογώνιο γύρω από το καθένα, ή σημεία με το SIZE τους.</translation>
  </message>
  <message>
   <source>For polygons, lines and points: the field with the number or name of each one's class; where it is empty, the class is not known. Default: all are of one class.</source>
   <translation>Για πολύγωνα, γραμμές και σημεία: το πεδίο με τον αριθμό ή το όνομα της κλάσης του καθενός· όπου είναι κενό, η κλάση δεν είναι γνωστή. Προεπιλογή: όλα είναι μίας κλάσης.</translation>
  </message>
  <message>
   <source>The field with the number or name of each one's class. For several classes a scene: names divided by ; or a comma.</source>
   <translation>Το πεδίο με τον αριθμό ή το όνομα της κλάσης του καθενός. Για πολλές κλάσεις ανά σκηνή: ονόματα χωρισμένα με ; ή κόμμα.</translation>
  </message>
  <message>
   <source>For points, lines and polygons: the field with the number to learn; where it is empty, it is not known.</source>
   <translation>Για σημεία, γραμμές και πολύγωνα: το πεδίο με τον αριθμό που θα μάθει το δίκτυο· όπου είναι κενό, δεν είναι γνωστός.</translation>
  </message>
  <message>
   <source>The field with the number or name of each object's class; one where it is empty is neither learned nor judged by. Default: all are of one class.</source>
   <translation>Το πεδίο με τον αριθμό ή το όνομα της κλάσης κάθε αντικειμένου· αντικείμενο όπου είναι κενό ούτε μαθαίνεται ούτε χρησιμοποιείται για κρίση. Προεπιλογή: όλα είναι μίας κλάσης.</translation>
  </message>
  <message>
   <source>Labels</source>
   <translation>Ετικέτες</translation>
  </message>
  <message>
   <source>Place field</source>
   <translation>Πεδίο τοποθεσίας</translation>
  </message>
  <message>
   <source>Area to learn from</source>
   <translation>Περιοχή εκπαίδευσης</translation>
  </message>
  <message>
   <source>Only what lies in this rectangle is used. Default: all of the rasters. Web maps need it.</source>
   <translation>Χρησιμοποιείται μόνο ό,τι βρίσκεται σε αυτό το ορθογώνιο. Προεπιλογή: ολόκληρα τα ψηφιδωτά. Απαραίτητο για διαδικτυακούς χάρτες.</translation>
  </message>
  <message>
   <source>Polygons to learn inside of</source>
   <translation>Πολύγωνα μέσα στα οποία γίνεται η εκπαίδευση</translation>
  </message>
  <message>
   <source>Only what lies in these polygons is used. Any coordinate system. Default: no limit.</source>
   <translation>Χρησιμοποιείται μόνο ό,τι βρίσκεται σε αυτά τα πολύγωνα. Οποιοδήποτε σύστημα συντεταγμένων. Προεπιλογή: χωρίς όριο.</translation>
  </message>
  <message>
   <source>Numbers, from 1, of the bands to use, in order, such as 11,8,3. Default: those of the start's model where the rasters have them by description, else all.</source>
   <translation>Αριθμοί, από 1, των διαύλων που χρησιμοποιούνται, με τη σειρά, όπως 11,8,3. Προεπιλογή: εκείνοι του αρχικού μοντέλου όπου τα ψηφιδωτά τους έχουν σύμφωνα με τις περιγραφές, αλλιώς όλοι.</translation>
  </message>
  <message>
   <source>A stored number that means nodata in the rasters to learn from, such as 0 for black borders, in addition to the nodata that they declare. A pixel with this number in any band is left out. It does not apply to label rasters. Any number. Default: only the declared nodata.</source>
   <translation>Αποθηκευμένος αριθμός που σημαίνει nodata στα ψηφιδωτά της εκπαίδευσης, όπως 0 για μαύρα περιθώρια, επιπλέον του nodata που δηλώνουν. Εικονοστοιχείο με αυτόν τον αριθμό σε οποιονδήποτε δίαυλο μένει έξω. Δεν ισχύει για ψηφιδωτά ετικετών. Οποιοσδήποτε αριθμός. Προεπιλογή: μόνο το δηλωμένο nodata.</translation>
  </message>
  <message>
   <source>Give as many in BEFORE as in AFTER, in the same order.</source>
   <translation>Δώστε τόσα στο BEFORE όσα και στο AFTER, με την ίδια σειρά.</translation>
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
   <source>The series: a raster for each date, in the order of the dates, or with LAYOUT=variables a raster for each variable, whose bands are its dates.</source>
   <translation>Η χρονοσειρά: ένα ψηφιδωτό για κάθε ημερομηνία, με τη σειρά των ημερομηνιών, ή με LAYOUT=variables ένα ψηφιδωτό για κάθε μεταβλητή, με διαύλους τις ημερομηνίες της.</translation>
  </message>
  <message>
   <source>With LAYOUT=variables each layer has a band for every date.</source>
   <translation>Με LAYOUT=variables κάθε επίπεδο έχει έναν δίαυλο για κάθε ημερομηνία.</translation>
  </message>
  <message>
   <source>{before} raster(s) before and {after} after cannot be paired.</source>
   <translation>{before} ψηφιδωτά πριν και {after} μετά δεν ζευγαρώνουν.</translation>
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
   <source>LABELS: '{layer}' is neither a raster nor a vector layer.</source>
   <translation>LABELS: το '{layer}' δεν είναι ούτε ψηφιδωτό ούτε διανυσματικό επίπεδο.</translation>
  </message>
  <message>
   <source>{name}: '{layer}' is no raster.</source>
   <translation>{name}: το '{layer}' δεν είναι ψηφιδωτό.</translation>
  </message>
  <message>
   <source>'{first}' has {count} dates, and '{layer}' has {other}.</source>
   <translation>Το '{first}' έχει {count} ημερομηνίες, και το '{layer}' έχει {other}.</translation>
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
   <source>The network to train, by its name in the list: docs/networks.md tells their size and cost. Default: the start's, else {network}, which trains in minutes without a GPU on a small area.</source>
   <translation>Το δίκτυο που θα εκπαιδευτεί, με το όνομά του στον κατάλογο: το docs/networks.md λέει το μέγεθος και το κόστος του καθενός. Προεπιλογή: του αρχικού μοντέλου, αλλιώς {network}, που σε μικρή περιοχή εκπαιδεύεται σε λίγα λεπτά χωρίς κάρτα γραφικών.</translation>
  </message>
  <message>
   <source>What training makes small: {names}, or a sum of some, such as {sum}. Default: {default}.</source>
   <translation>Τι μικραίνει η εκπαίδευση: {names}, ή άθροισμα μερικών, όπως {sum}. Προεπιλογή: {default}.</translation>
  </message>
  <message>
   <source>AUGMENTATION={name} is for {tasks}, and this is {task}. Choose another, such as standard.</source>
   <translation>Το AUGMENTATION={name} είναι για {tasks}, και αυτό είναι {task}. Επιλέξτε άλλο, όπως standard.</translation>
  </message>
  <message>
   <source>Loss</source>
   <translation>Συνάρτηση απώλειας</translation>
  </message>
  <message>
   <source>Batch size (samples)</source>
   <translation>Μέγεθος παρτίδας (δείγματα)</translation>
  </message>
  <message>
   <source>Samples that are learned from at once, 1 to 65536. More needs more memory.</source>
   <translation>Δείγματα από τα οποία μαθαίνει μαζί, 1 έως 65536. Περισσότερα θέλουν περισσότερη μνήμη.</translation>
  </message>
  <message>
   <source>it is no object</source>
   <translation>δεν είναι αντικείμενο JSON</translation>
  </message>
  <message>
   <source>NETWORK cannot be '{name}' here. Choose one of {known}.</source>
   <translation>Το NETWORK δεν μπορεί να είναι '{name}' εδώ. Επιλέξτε ένα από τα {known}.</translation>
  </message>
  <message>
   <source>CHIP_OVERLAP needs CHIP_SIZE. Choose both, or leave both empty.</source>
   <translation>Το CHIP_OVERLAP χρειάζεται CHIP_SIZE. Επιλέξτε και τα δύο, ή αφήστε και τα δύο κενά.</translation>
  </message>
  <message>
   <source>OPTIONS: '{option}' of {network} cannot be {value}. Choose one of {known}.</source>
   <translation>OPTIONS: το '{option}' του {network} δεν μπορεί να είναι {value}. Επιλέξτε ένα από τα {known}.</translation>
  </message>
  <message>
   <source>ignore: nothing is learned from ground that no label covers, right for sparse labels. background: it is a class of its own, right only where all of the rest was labelled; needed with one class alone. For objects: ignore cuts only chips that show one, background also chips that show none.</source>
   <translation>ignore: από έδαφος που δεν καλύπτει ετικέτα δεν μαθαίνεται τίποτε, σωστό για αραιές ετικέτες. background: είναι δική του κλάση, σωστό μόνο όπου όλα τα άλλα έχουν ετικέτα· απαραίτητο όταν υπάρχει μία μόνο κλάση. Για αντικείμενα: το ignore κόβει μόνο δείγματα που δείχνουν κάποιο, το background και δείγματα που δεν δείχνουν κανένα.</translation>
  </message>
  <message>
   <source>A scene may show several classes, or none of them. Default: each scene is of one class.</source>
   <translation>Μια σκηνή μπορεί να δείχνει πολλές κλάσεις ή καμία. Προεπιλογή: κάθε σκηνή είναι μίας κλάσης.</translation>
  </message>
  <message>
   <source>Side of the pictures (pixels)</source>
   <translation>Πλευρά των εικόνων (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>What scenes are brought to before the network sees them, 1 to 4096 pixels a side: less is faster and shows less. Default: what the network is usually given, 224 for most.</source>
   <translation>Μέγεθος στο οποίο φέρονται οι σκηνές πριν τις δει το δίκτυο, 1 έως 4096 εικονοστοιχεία η πλευρά: μικρότερο είναι ταχύτερο και δείχνει λιγότερα. Προεπιλογή: ό,τι δίνεται συνήθως στο δίκτυο, 224 για τα περισσότερα.</translation>
  </message>
  <message>
   <source>Chip size (pixels)</source>
   <translation>Μέγεθος δείγματος (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>Side of the squares that rasters are cut into, of scenes: those around points, 16 to 4096 pixels. Default: from how much ground is labelled, at most 256.</source>
   <translation>Πλευρά των τετραγώνων στα οποία κόβονται τα ψηφιδωτά, για σκηνές: εκείνων γύρω από σημεία, 16 έως 4096 εικονοστοιχεία. Προεπιλογή: από το πόσο έδαφος έχει ετικέτα, το πολύ 256.</translation>
  </message>
  <message>
   <source>Overlap of chips (pixels)</source>
   <translation>Επικάλυψη δειγμάτων (εικονοστοιχεία)</translation>
  </message>
  <message>
   <source>How far neighbouring chips overlap, 0 to half of CHIP_SIZE, in pixels. Default: 0.</source>
   <translation>Πόσο επικαλύπτονται γειτονικά δείγματα, 0 έως το μισό του CHIP_SIZE, σε εικονοστοιχεία. Προεπιλογή: 0.</translation>
  </message>
  <message>
   <source>Width of lines and points (metres)</source>
   <translation>Πλάτος γραμμών και σημείων (μέτρα)</translation>
  </message>
  <message>
   <source>Ground within this distance of a line or point has its label, in metres, 0 to 100000. Default: the pixels that it touches.</source>
   <translation>Έδαφος σε αυτή την απόσταση από γραμμή ή σημείο έχει την ετικέτα του, σε μέτρα, 0 έως 100000. Προεπιλογή: τα εικονοστοιχεία που αγγίζει.</translation>
  </message>
  <message>
   <source>Yes: a polygon labels every pixel that it touches, except those whose centre lies in another polygon. No: it labels only the pixels whose centre it holds. Choose yes for thin polygons, and for polygons about as small as a pixel. Default: no.</source>
   <translation>Ναι: ένα πολύγωνο δίνει ετικέτα σε κάθε εικονοστοιχείο που αγγίζει, εκτός από εκείνα με κέντρο μέσα σε άλλο πολύγωνο. Όχι: μόνο στα εικονοστοιχεία των οποίων περιέχει το κέντρο. Επιλέξτε το ναι για λεπτά πολύγωνα, και για πολύγωνα μεγέθους περίπου ενός εικονοστοιχείου. Προεπιλογή: όχι.</translation>
  </message>
  <message>
   <source>Size of objects that are points (metres)</source>
   <translation>Μέγεθος αντικειμένων που είναι σημεία (μέτρα)</translation>
  </message>
  <message>
   <source>Side of the square around a point that is taken for its object, in metres, above 0 to 100000; needed where objects are labelled by points.</source>
   <translation>Πλευρά του τετραγώνου γύρω από ένα σημείο που θεωρείται το αντικείμενό του, σε μέτρα, πάνω από 0 έως 100000· απαραίτητο όπου οι ετικέτες των αντικειμένων είναι σημεία.</translation>
  </message>
  <message>
   <source>How data is divided</source>
   <translation>Χωρισμός των δεδομένων</translation>
  </message>
  <message>
   <source>What is kept apart from training, to choose and judge by. blocks: squares of ground with a gap, the honest way for a map; places: labelled places as a whole; files: whole rasters; chips: as the chip folder says; random: single chips, too kind a judge where they are alike. auto: blocks for layers; a chip folder as it says, or else as suits it.</source>
   <translation>Τι μένει έξω από την εκπαίδευση, για επιλογή και κρίση. blocks: τετράγωνα εδάφους με κενό ανάμεσα, ο έντιμος τρόπος για χάρτη· places: ολόκληρες τοποθεσίες με ετικέτα· files: ολόκληρα ψηφιδωτά· chips: όπως λέει ο φάκελος δειγμάτων· random: μεμονωμένα δείγματα, πολύ επιεικής κριτής όπου μοιάζουν. auto: blocks για επίπεδα· φάκελος δειγμάτων όπως λέει, αλλιώς όπως του ταιριάζει.</translation>
  </message>
  <message>
   <source>Share for validation (%)</source>
   <translation>Ποσοστό επικύρωσης (%)</translation>
  </message>
  <message>
   <source>Share of the data by which the best epoch is chosen, 1 to 90 per cent.</source>
   <translation>Ποσοστό των δεδομένων με το οποίο επιλέγεται η καλύτερη εποχή, 1 έως 90 τοις εκατό.</translation>
  </message>
  <message>
   <source>Share for testing (%)</source>
   <translation>Ποσοστό ελέγχου (%)</translation>
  </message>
  <message>
   <source>Share of the data that nothing is chosen by and the model is judged on, 0 to 90 per cent. With 0 it is judged on the validation data, a little too kindly.</source>
   <translation>Ποσοστό των δεδομένων με το οποίο δεν επιλέγεται τίποτε και κρίνεται το μοντέλο, 0 έως 90 τοις εκατό. Με 0 κρίνεται στα δεδομένα επικύρωσης, λίγο πιο επιεικώς απ' όσο πρέπει.</translation>
  </message>
  <message>
   <source>Block size (metres)</source>
   <translation>Μέγεθος τετραγώνου (μέτρα)</translation>
  </message>
  <message>
   <source>Side of the squares of ground that are kept together by SPLIT=blocks, in metres, above 0. Wider than things look alike is best. Default: from the area.</source>
   <translation>Πλευρά των τετραγώνων εδάφους που το SPLIT=blocks κρατά ενωμένα, σε μέτρα, πάνω από 0. Το καλύτερο είναι πιο πλατιά απ' όσο τα πράγματα μοιάζουν μεταξύ τους. Προεπιλογή: από την περιοχή.</translation>
  </message>
  <message>
   <source>Start from published weights instead of a model: imagenet, the name of a network whose weights are published, such as resnet34, or a .pth, .pt or .safetensors file. They are fetched once. Bands may differ from theirs.</source>
   <translation>Αρχή από δημοσιευμένα βάρη αντί για μοντέλο: imagenet, το όνομα ενός δικτύου με δημοσιευμένα βάρη, όπως resnet34, ή αρχείο .pth, .pt ή .safetensors. Η λήψη τους γίνεται μία φορά. Οι δίαυλοι μπορεί να διαφέρουν από τους δικούς τους.</translation>
  </message>
  <message>
   <source>Options of the network as a JSON object, such as {"widths": [8, 16, 32, 64, 128]} for a narrow U-Net or {"encoder": "resnet18"} for unet-encoder; docs/networks.md lists them. {"coarsen": 2} lets any network that makes a map work at half the resolution, four times as fast; {"members": 5} makes five of a network of series answer together. Default: its usual form.</source>
   <translation>Επιλογές του δικτύου ως αντικείμενο JSON, όπως {"widths": [8, 16, 32, 64, 128]} για στενό U-Net ή {"encoder": "resnet18"} για το unet-encoder· τις απαριθμεί το docs/networks.md. Το {"coarsen": 2} αφήνει κάθε δίκτυο που κάνει χάρτη να δουλεύει στη μισή ανάλυση, τέσσερις φορές ταχύτερα· το {"members": 5} κάνει πέντε όμοια δίκτυα χρονοσειρών να απαντούν μαζί. Προεπιλογή: η συνηθισμένη του μορφή.</translation>
  </message>
  <message>
   <source>Epochs</source>
   <translation>Εποχές</translation>
  </message>
  <message>
   <source>How often all training data is gone through, 1 to 100000. The best epoch's model is kept. Default: 20 to 150, more where there is little data.</source>
   <translation>Πόσες φορές διατρέχονται όλα τα δεδομένα εκπαίδευσης, 1 έως 100000. Κρατιέται το μοντέλο της καλύτερης εποχής. Προεπιλογή: 20 έως 150, περισσότερες όπου τα δεδομένα είναι λίγα.</translation>
  </message>
  <message>
   <source>Keep as in the start</source>
   <translation>Τι μένει όπως στην αρχή</translation>
  </message>
  <message>
   <source>What keeps the weights that it starts with: nothing; encoder; backbone (all but the last layers); stages (the first ones, as many as FREEZE_STAGES says). With few labels, keeping more may be better. Needs a start: BASE_MODEL or PRETRAINED.</source>
   <translation>Τι κρατά τα βάρη με τα οποία αρχίζει: nothing (τίποτε)· encoder (ο κωδικοποιητής)· backbone (όλα εκτός από τα τελευταία στρώματα)· stages (τα πρώτα στάδια, όσα λέει το FREEZE_STAGES). Με λίγες ετικέτες ίσως είναι καλύτερο να κρατηθούν περισσότερα. Χρειάζεται αρχή: BASE_MODEL ή PRETRAINED.</translation>
  </message>
  <message>
   <source>Stages to keep</source>
   <translation>Στάδια που κρατιούνται</translation>
  </message>
  <message>
   <source>With FREEZE=stages: how many stages of the network, from its input, keep their weights, 1 to 1000.</source>
   <translation>Με FREEZE=stages: πόσα στάδια του δικτύου, από την είσοδό του, κρατούν τα βάρη τους, 1 έως 1000.</translation>
  </message>
  <message>
   <source>Learning rate of deeper stages (factor)</source>
   <translation>Ρυθμός μάθησης βαθύτερων σταδίων (συντελεστής)</translation>
  </message>
  <message>
   <source>Each stage nearer to the input learns at this factor of the next one's rate, 0.01 to 1. Below 1 is gentle to weights that it starts with; 1: all alike.</source>
   <translation>Κάθε στάδιο πιο κοντά στην είσοδο μαθαίνει με αυτόν τον συντελεστή του ρυθμού του επομένου, 0.01 έως 1. Κάτω από 1 σέβεται τα βάρη με τα οποία αρχίζει· 1: όλα το ίδιο.</translation>
  </message>
  <message>
   <source>Epochs until the next stage learns</source>
   <translation>Εποχές ώσπου να μάθει το επόμενο στάδιο</translation>
  </message>
  <message>
   <source>Stages begin to learn one after another, from the output to the input, every so many epochs, 0 to 100000. 0: all from the start.</source>
   <translation>Τα στάδια αρχίζουν να μαθαίνουν το ένα μετά το άλλο, από την έξοδο προς την είσοδο, κάθε τόσες εποχές, 0 έως 100000. 0: όλα από την αρχή.</translation>
  </message>
  <message>
   <source>Learning rate</source>
   <translation>Ρυθμός μάθησης</translation>
  </message>
  <message>
   <source>How far a step goes at its fastest, above 0, often 0.0001 to 0.01. It rises at first and then falls to the end. Default: 0.002 from scratch, 0.0005 from weights.</source>
   <translation>Πόσο μακριά πηγαίνει ένα βήμα όταν είναι μέγιστο, πάνω από 0, συχνά 0.0001 έως 0.01. Πρώτα ανεβαίνει και ύστερα πέφτει ως το τέλος. Προεπιλογή: 0.002 από το μηδέν, 0.0005 από βάρη.</translation>
  </message>
  <message>
   <source>Weights of classes</source>
   <translation>Βάρη των κλάσεων</translation>
  </message>
  <message>
   <source>balanced: mistakes in rare classes count more in the loss. none: all pixels count alike.</source>
   <translation>balanced: τα λάθη σε σπάνιες κλάσεις μετρούν περισσότερο στην απώλεια. none: όλα τα εικονοστοιχεία μετρούν το ίδιο.</translation>
  </message>
  <message>
   <source>Sampling</source>
   <translation>Δειγματοληψία</translation>
  </message>
  <message>
   <source>even: each sample once an epoch. balanced: samples with rare classes are drawn more often.</source>
   <translation>even: κάθε δείγμα μία φορά ανά εποχή. balanced: δείγματα με σπάνιες κλάσεις επιλέγονται συχνότερα.</translation>
  </message>
  <message>
   <source>Optimizer</source>
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
   <source>How strongly weights are drawn to zero, 0 to 100. More is smoother.</source>
   <translation>Πόσο δυνατά έλκονται τα βάρη προς το μηδέν, 0 έως 100. Περισσότερο είναι ομαλότερο.</translation>
  </message>
  <message>
   <source>Batches a step</source>
   <translation>Παρτίδες ανά βήμα</translation>
  </message>
  <message>
   <source>Gradients of this many batches make one step, 1 to 10000: a large batch in little memory.</source>
   <translation>Οι κλίσεις τόσων παρτίδων κάνουν ένα βήμα, 1 έως 10000: μεγάλη παρτίδα σε λίγη μνήμη.</translation>
  </message>
  <message>
   <source>Averaging of weights</source>
   <translation>Μέσος όρος των βαρών</translation>
  </message>
  <message>
   <source>Share of the running mean of the weights that a step keeps, 0 to 0.9999; 0: no mean is kept.</source>
   <translation>Ποσοστό του κινητού μέσου όρου των βαρών που κρατά ένα βήμα, 0 έως 0.9999· 0: δεν κρατιέται μέσος όρος.</translation>
  </message>
  <message>
   <source>Sharpness-aware training</source>
   <translation>Εκπαίδευση με επίγνωση οξύτητας</translation>
  </message>
  <message>
   <source>How far from its weights the network is to be good as well, 0 to 100; 0: only there. Above 0, such as 0.1, it can become better where few samples are labelled. Training then takes twice as long.</source>
   <translation>Πόσο μακριά από τα βάρη του να είναι επίσης καλό το δίκτυο, 0 έως 100· 0: μόνο εκεί. Πάνω από 0, όπως 0.1, μπορεί να γίνει καλύτερο όπου λίγα δείγματα έχουν ετικέτα. Η εκπαίδευση διαρκεί τότε διπλάσιο χρόνο.</translation>
  </message>
  <message>
   <source>Agreement of parts and whole chips</source>
   <translation>Συμφωνία μερών και ολόκληρων δειγμάτων</translation>
  </message>
  <message>
   <source>How much the map of a part of a chip is to agree with that of the whole chip, 0 to 100; 0: it is not compared. Above 0, such as 3, maps depend less on where the tiles end in which a raster is predicted. Training then takes up to twice as long, and more memory, and needs chips of 48 or 96 pixels at least.</source>
   <translation>Πόσο να συμφωνεί ο χάρτης ενός μέρους ενός δείγματος με τον χάρτη ολόκληρου του δείγματος, 0 έως 100· 0: δεν συγκρίνονται. Πάνω από 0, π.χ. 3, οι χάρτες εξαρτώνται λιγότερο από το πού τελειώνουν τα πλακίδια στα οποία γίνεται η πρόβλεψη ενός ράστερ. Η εκπαίδευση διαρκεί τότε έως και τον διπλάσιο χρόνο, θέλει περισσότερη μνήμη και δείγματα τουλάχιστον 48 ή 96 εικονοστοιχείων.</translation>
  </message>
  <message>
   <source>Patience (epochs)</source>
   <translation>Υπομονή (εποχές)</translation>
  </message>
  <message>
   <source>Stop after this many epochs without a better one, 0 to 100000. 0: go on to the end.</source>
   <translation>Σταμάτημα μετά από τόσες εποχές χωρίς καλύτερη, 0 έως 100000. 0: συνέχεια ως το τέλος.</translation>
  </message>
  <message>
   <source>Which epoch is the model</source>
   <translation>Ποια εποχή είναι το μοντέλο</translation>
  </message>
  <message>
   <source>best: the one with the best score on the held-out samples. last: the last one, for few held-out samples, of which a good score is often luck; the learning rate has come down by then.</source>
   <translation>best: εκείνη με τον καλύτερο βαθμό στα δείγματα που κρατήθηκαν έξω. last: η τελευταία, για λίγα τέτοια δείγματα, όπου ένας καλός βαθμός είναι συχνά τύχη· ο ρυθμός μάθησης έχει πέσει ως τότε.</translation>
  </message>
  <message>
   <source>Precision</source>
   <translation>Αριθμητική ακρίβεια</translation>
  </message>
  <message>
   <source>auto: mixed where it is faster; full: 32 bits; mixed: 16 bits where it does no harm.</source>
   <translation>auto: μεικτή όπου είναι ταχύτερη· full: 32 bit· mixed: 16 bit όπου δεν βλάπτει.</translation>
  </message>
  <message>
   <source>Augmentation</source>
   <translation>Επαύξηση</translation>
  </message>
  <message>
   <source>How much samples are varied, so that little data goes further: none, light, standard or strong. They are flipped, turned, scaled, changed in brightness, and get noise. mosaic: as standard, and half of the pictures are put together of four, for maps and objects. parcels: as standard, and half of the pictures are shown as polygons show them, elongated and masked around, for scenes.</source>
   <translation>Πόσο ποικίλλουν τα δείγματα, ώστε λίγα δεδομένα να φτάνουν περισσότερο: none (καθόλου), light (λίγο), standard (κανονικά) ή strong (πολύ). Αναστρέφονται, στρέφονται, αλλάζουν κλίμακα και φωτεινότητα, και παίρνουν θόρυβο. mosaic: όπως το standard, και οι μισές εικόνες συντίθενται από τέσσερις, για χάρτες και αντικείμενα. parcels: όπως το standard, και οι μισές εικόνες δείχνονται όπως τις δείχνουν τα πολύγωνα, επιμήκεις και καλυμμένες γύρω τους, για σκηνές.</translation>
  </message>
  <message>
   <source>Scaling of values</source>
   <translation>Κλιμάκωση τιμών</translation>
  </message>
  <message>
   <source>standard: by mean and deviation of the training data; robust: by percentiles of each raster, where rasters differ in brightness; robust-dates: likewise, of each date alone, where dates differ in light or sensor; keep: as the start's model. auto: keep where the start takes the same input, else standard.</source>
   <translation>standard: με τον μέσο όρο και την απόκλιση των δεδομένων εκπαίδευσης· robust: με εκατοστημόρια κάθε ψηφιδωτού, όπου τα ψηφιδωτά διαφέρουν σε φωτεινότητα· robust-dates: ομοίως, κάθε ημερομηνίας μόνης της, όπου οι ημερομηνίες διαφέρουν σε φως ή αισθητήρα· keep: όπως το αρχικό μοντέλο. auto: keep όπου το αρχικό μοντέλο δέχεται την ίδια είσοδο, αλλιώς standard.</translation>
  </message>
  <message>
   <source>Temperature</source>
   <translation>Θερμοκρασία</translation>
  </message>
  <message>
   <source>Softens the teacher's answers, 0.1 to 100: above 1 the student hears more of what it thinks likely.</source>
   <translation>Μαλακώνει τις απαντήσεις του δασκάλου, 0.1 έως 100: πάνω από 1 ο μαθητής ακούει περισσότερα από όσα εκείνος θεωρεί πιθανά.</translation>
  </message>
  <message>
   <source>Seed</source>
   <translation>Σπόρος τυχαιότητας</translation>
  </message>
  <message>
   <source>Whole number from 0 that all chance comes from: the same one gives the same model on a CPU.</source>
   <translation>Ακέραιος από 0, από τον οποίο προέρχεται κάθε τυχαία επιλογή: ο ίδιος δίνει το ίδιο μοντέλο σε επεξεργαστή.</translation>
  </message>
  <message>
   <source>PRETRAINED: there is no file {path}. Choose a .pth, .pt or .safetensors file.</source>
   <translation>PRETRAINED: δεν υπάρχει αρχείο {path}. Επιλέξτε αρχείο .pth, .pt ή .safetensors.</translation>
  </message>
  <message>
   <source>PRETRAINED: {path} is no .pth, .pt or .safetensors file.</source>
   <translation>PRETRAINED: το {path} δεν είναι αρχείο .pth, .pt ή .safetensors.</translation>
  </message>
  <message>
   <source>VALIDATION of {valid:g} % and TEST of {test:g} % leave less than {least:g} % to train on. Make them smaller.</source>
   <translation>VALIDATION {valid:g} % και TEST {test:g} % αφήνουν λιγότερο από {least:g} % για εκπαίδευση. Μικρύνετέ τα.</translation>
  </message>
  <message>
   <source>The overlap of {overlap} pixels is more than half of the chip size of {size}. Make it smaller.</source>
   <translation>Η επικάλυψη των {overlap} εικονοστοιχείων ξεπερνά το μισό του μεγέθους δείγματος ({size}). Μικρύνετέ την.</translation>
  </message>
  <message>
   <source>Several classes a scene</source>
   <translation>Πολλές κλάσεις ανά σκηνή</translation>
  </message>
  <message>
   <source>Polygons label all pixels they touch</source>
   <translation>Τα πολύγωνα δίνουν ετικέτα σε όσα εικονοστοιχεία αγγίζουν</translation>
  </message>
  <message>
   <source>Options of the network (JSON)</source>
   <translation>Επιλογές του δικτύου (JSON)</translation>
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
   <source>LOSS cannot be '{name}' here. Choose of {known}, or a sum such as {sum}.</source>
   <translation>Το LOSS δεν μπορεί να είναι '{name}' εδώ. Επιλέξτε από {known}, ή άθροισμα όπως {sum}.</translation>
  </message>
  <message>
   <source>Published weights</source>
   <translation>Δημοσιευμένα βάρη</translation>
  </message>
  <message>
   <source>Train segmentation</source>
   <translation>Εκπαίδευση κατάτμησης</translation>
  </message>
  <message>
   <source>Train regression</source>
   <translation>Εκπαίδευση παλινδρόμησης</translation>
  </message>
  <message>
   <source>Train scene classifier</source>
   <translation>Εκπαίδευση ταξινομητή σκηνών</translation>
  </message>
  <message>
   <source>Train object detector</source>
   <translation>Εκπαίδευση ανιχνευτή αντικειμένων</translation>
  </message>
  <message>
   <source>Train change detector</source>
   <translation>Εκπαίδευση ανιχνευτή μεταβολών</translation>
  </message>
  <message>
   <source>Train time-series classifier</source>
   <translation>Εκπαίδευση ταξινομητή χρονοσειρών</translation>
  </message>
  <message>
   <source>It starts from nothing, from an installed model (BASE_MODEL) or from published weights; bands and classes may differ from theirs. A part of the data, apart in space, is kept to choose the best epoch by and to say how good the model is.

The model goes to your models unless you choose a folder, and can be used at once: by name, or in a graphical model by the output MODEL. Cancelling loses nothing: the best model so far stays, and the same settings go on from there. The report says what was learned, from what, and how well.</source>
   <translation>Αρχίζει από το μηδέν, από εγκατεστημένο μοντέλο (BASE_MODEL) ή από δημοσιευμένα βάρη· οι δίαυλοι και οι κλάσεις μπορεί να διαφέρουν από τα δικά τους. Ένα μέρος των δεδομένων, χωριστά στον χώρο, κρατιέται για την επιλογή της καλύτερης εποχής και για να ειπωθεί πόσο καλό είναι το μοντέλο.

Το μοντέλο πηγαίνει στα μοντέλα σας, εκτός αν επιλέξετε φάκελο, και χρησιμοποιείται αμέσως: με το όνομά του, ή σε μοντέλο επεξεργασίας με την έξοδο MODEL. Με την ακύρωση δεν χάνεται τίποτε: το καλύτερο ως τώρα μοντέλο μένει, και με τις ίδιες ρυθμίσεις η εκπαίδευση συνεχίζει από εκεί. Η αναφορά λέει τι έμαθε το δίκτυο, από τι και πόσο καλά.</translation>
  </message>
  <message>
   <source>Trains a network that gives every pixel a class, from rasters and labels: polygons, lines or points with a class field, or a class raster. Labels may be sparse: ground without one is left out unless you say that it is background.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που δίνει σε κάθε εικονοστοιχείο μια κλάση, από ψηφιδωτά και ετικέτες: πολύγωνα, γραμμές ή σημεία με πεδίο κλάσης, ή ψηφιδωτό κλάσεων. Οι ετικέτες μπορεί να είναι αραιές: έδαφος χωρίς ετικέτα μένει έξω, εκτός αν πείτε ότι είναι φόντο.</translation>
  </message>
  <message>
   <source>Trains a network that gives every pixel a number, such as height or cover, from rasters and known numbers: points, lines or polygons with a number field, or a raster. Where nothing is known, nothing is learned.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που δίνει σε κάθε εικονοστοιχείο έναν αριθμό, όπως ύψος ή κάλυψη, από ψηφιδωτά και γνωστούς αριθμούς: σημεία, γραμμές ή πολύγωνα με αριθμητικό πεδίο, ή ψηφιδωτό. Όπου δεν είναι γνωστό τίποτε, δεν μαθαίνεται τίποτε.</translation>
  </message>
  <message>
   <source>Trains a network that says what a whole picture shows: one class, or several. The pictures are what polygons hold of the rasters, squares around points, or those of a chip folder.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που λέει τι δείχνει μια ολόκληρη εικόνα: μία κλάση, ή περισσότερες. Οι εικόνες είναι ό,τι περικλείουν πολύγωνα στα ψηφιδωτά, τετράγωνα γύρω από σημεία, ή εκείνες ενός φακέλου δειγμάτων.</translation>
  </message>
  <message>
   <source>Trains a network that finds objects, such as trees, ships or airplanes, and draws a box around each, from rasters and labelled objects: boxes, polygons or points with a size. All objects that a chip shows have to be labelled. An object that a chip's border cuts is learned where at least 30 % of it is left, and else left out of account.

CHIPS takes a chip folder, or pictures with boxes as COCO, Pascal VOC, DOTA or YOLO have them. Without CLASS_FIELD all objects are of one class.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που βρίσκει αντικείμενα, όπως δέντρα, πλοία ή αεροπλάνα, και σχεδιάζει ένα πλαίσιο γύρω από το καθένα, από ψηφιδωτά και αντικείμενα με ετικέτα: πλαίσια, πολύγωνα ή σημεία με μέγεθος. Πρέπει να έχουν ετικέτα όλα τα αντικείμενα που δείχνει ένα δείγμα. Ένα αντικείμενο που κόβεται από το όριο ενός δείγματος μαθαίνεται όπου απομένει τουλάχιστον το 30 % του, και αλλιώς δεν λαμβάνεται υπόψη.

Το CHIPS δέχεται φάκελο δειγμάτων, ή εικόνες με πλαίσια όπως τις έχουν τα COCO, Pascal VOC, DOTA ή YOLO. Χωρίς CLASS_FIELD όλα τα αντικείμενα είναι μίας κλάσης.</translation>
  </message>
  <message>
   <source>Trains a network that maps what changed between two dates, from rasters before and after and labels of the change: polygons, lines or points with a class field, or a class raster. Both dates may have different pixels and coordinate systems.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που χαρτογραφεί τι άλλαξε ανάμεσα σε δύο ημερομηνίες, από ψηφιδωτά πριν και μετά και ετικέτες της μεταβολής: πολύγωνα, γραμμές ή σημεία με πεδίο κλάσης, ή ψηφιδωτό κλάσεων. Οι δύο ημερομηνίες μπορεί να έχουν διαφορετικά εικονοστοιχεία και συστήματα συντεταγμένων.</translation>
  </message>
  <message>
   <source>Trains a network that tells a pixel's class from its course over time, as crops by their growth, from a series of rasters and labels: points, lines or polygons with a class field, or a class raster. Each labelled pixel is a sample.</source>
   <translation>Εκπαιδεύει ένα δίκτυο που βρίσκει την κλάση ενός εικονοστοιχείου από την πορεία του στον χρόνο, όπως τις καλλιέργειες από την ανάπτυξή τους, από μια σειρά ψηφιδωτών και ετικέτες: σημεία, γραμμές ή πολύγωνα με πεδίο κλάσης, ή ψηφιδωτό κλάσεων. Κάθε εικονοστοιχείο με ετικέτα είναι ένα δείγμα.</translation>
  </message>
  <message>
   <source>'{algorithm}' predicts with the model.</source>
   <translation>Με το μοντέλο προβλέπει το «{algorithm}».</translation>
  </message>
  <message>
   <source>'{layer}' cannot be handed to the worker: {reason}</source>
   <translation>Το '{layer}' δεν μπορεί να δοθεί στον εργάτη: {reason}</translation>
  </message>
  <message>
   <source>MASK: '{layer}' has no polygons. Draw some, or choose another layer.</source>
   <translation>MASK: το '{layer}' δεν έχει πολύγωνα. Σχεδιάστε μερικά, ή επιλέξτε άλλο επίπεδο.</translation>
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
   <source>Try a smaller batch or chip size, or close other programs.</source>
   <translation>Δοκιμάστε μικρότερο μέγεθος παρτίδας ή δείγματος, ή κλείστε άλλα προγράμματα.</translation>
  </message>
  <message>
   <source>Try a smaller tile or batch size, or close other programs.</source>
   <translation>Δοκιμάστε μικρότερο μέγεθος πλακιδίου ή παρτίδας, ή κλείστε άλλα προγράμματα.</translation>
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
 </context>
</TS>
