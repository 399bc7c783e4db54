# Everything starts with `make run` or `make test`, on a machine that has make and Python 3.11 or newer.
# The work is done by the script `dev`, which makes the environment in .venv when it is missing or old.

.PHONY: help run test check bench coverage lock clean

help:
	@./dev help

run test check bench coverage lock clean:
	@./dev $@
