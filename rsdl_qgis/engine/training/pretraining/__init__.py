"""The job "pretrain": an encoder is trained by images without labels, for trainings that start from it."""
