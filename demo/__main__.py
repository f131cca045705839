"""Play the journey, print each step with what was verified and how long it took; exit code 1 when a step fails."""

from __future__ import annotations

import argparse
import io
import logging
import sys
import time

from demo import acts
from demo.journey import STEPS, Journey, StepFailed
from demo.stage import Stage


def play(stage: Stage) -> bool:
    """Play all steps in order; stop at the first that fails, and say whether none did."""
    journey = Journey(stage)
    for number, step in enumerate(STEPS, 1):
        started = time.perf_counter()
        try:
            verified, failed = step.play(journey), False
        except StepFailed as failure:
            verified, failed = str(failure), True
        except Exception as error:  # noqa: BLE001 - whatever an SDK raises ends the journey with its message
            verified, failed = f"{type(error).__name__}: {error}", True
        milliseconds = (time.perf_counter() - started) * 1000
        mark = "FAILED" if failed else "ok"
        print(f"{number:>3}. {step.provider:<9} {step.title}  [{mark}, {milliseconds:.0f} ms]")
        print(f"     {'':<9} {verified}")
        if failed:
            return False
    return True


def main() -> int:
    """Run the demo."""
    parser = argparse.ArgumentParser(prog="make demo ARGS=…", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave everything running at the end")
    parser.add_argument("--port", type=int, help="base port of Greenroom (default: a free block of ports)")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # each step is seen when it is done, in a pipe too
    started = time.perf_counter()
    print(f"Greenroom's demo: {acts.TITLE}\n")
    stage = Stage(options.port)
    try:
        print(
            f"     {'':<9} Greenroom and the integration layer are up  [{time.perf_counter() - started:.1f} s]\n"
        )
        good = play(stage)
        seconds = time.perf_counter() - started
        print(f"\n{'All steps verified' if good else 'A step FAILED'} in {seconds:.1f} s.")
        print(f"  dashboard          {stage.server.url}/_greenroom/")
        print(f"  control API        {stage.server.url}/_greenroom/docs")
        for name, url in stage.world.urls.items():
            print(f"  {name:<18} {url}")
        print(f"  integration layer  {stage.app_url}/docs")
        print(f"  logs and data      {stage.folder}")
        if options.keep:
            pids = " ".join(map(str, stage.processes))
            print(
                f"\nLeft running. Look around with: greenroom requests --url {stage.server.url} --world demo"
            )
            print(f"End it with: kill {pids}")
            stage.leave()
            stage = None  # type: ignore[assignment]
        else:
            print("\nEnded. `make demo ARGS=--keep` leaves it running.")
        return 0 if good else 1
    finally:
        if stage is not None:
            stage.close()


if __name__ == "__main__":
    sys.exit(main())
