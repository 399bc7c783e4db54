"""Commands, for whoever runs a site and for whoever works with it without a browser.

Each has `--help` and takes `--config FILE` or REPRISALS_CONFIG. It ends with 0, with 1 where something was
refused, with 2 where it was called wrongly. A refusal is one calm line on standard error: never a traceback,
never a value from the database. What is shown once (passphrase, site secret, shares) goes to standard output
alone and is stored nowhere in that form.
"""
