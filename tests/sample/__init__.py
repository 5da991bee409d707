"""Sample kinds: every mechanism of the kernel in the smallest process that needs it. Never installed in the product."""
