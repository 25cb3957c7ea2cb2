"""Command line of the build cache: ``python -m spikeadam cache show`` and ``python -m spikeadam cache clear``."""

import argparse
import sys
import time

from .engine import build_cache


def main(arguments=None):
    """Run the command line; returns the exit status."""
    given = _parser().parse_args(arguments)
    return given.command()


def _parser():
    parser = argparse.ArgumentParser(prog="python -m spikeadam", description="Compiled networks, kept for the next run.")
    groups = parser.add_subparsers(required=True, metavar="cache")
    cache = groups.add_parser("cache", help="the build cache").add_subparsers(required=True, metavar="COMMAND")
    cache.add_parser("show", help="list the builds").set_defaults(command=_show)
    cache.add_parser("clear", help="remove all builds").set_defaults(command=_clear)
    return parser


def _show():
    found = build_cache.entries()
    for path, size, used in found:
        print(f"{path.name}  {size / 2**20:6.1f} MiB  last used {time.strftime('%Y-%m-%d %H:%M', time.localtime(used))}")
    total = sum(size for _, size, _ in found) / 2**20
    print(f"{len(found)} builds, {total:.1f} of at most {build_cache.MAX_BYTES / 2**20:.0f} MiB, in {build_cache.cache_folder()}")
    return 0


def _clear():
    try:
        count = build_cache.clear()
    except build_cache.CacheError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"removed {count} builds from {build_cache.cache_folder()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
