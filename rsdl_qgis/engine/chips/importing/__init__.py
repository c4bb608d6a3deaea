"""Import of folders of images, masks and boxes as chips."""
