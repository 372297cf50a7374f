"""The command line: ``ringfence --help``."""


def main() -> None:
    """Run the command line and exit with its code."""
    import sys  # imports wait for their use: help must be there at once

    from ringfence.cli.root import run

    sys.exit(run(sys.argv[1:]))
