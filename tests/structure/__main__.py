"""`make figures`: prints how the code is divided and named."""

from __future__ import annotations

from tests.structure.figures import figures


def main() -> None:
    found = figures()
    folder, files = found.largest
    print(f"Files                        {found.files} in {len(found.folders)} folders")
    print(f"Files per folder, p90        {found.percentile_90}")
    print(f"Largest folder               {files} ({folder})")
    print(f"Gerund file names            {found.gerund_percent:.1f} % ({', '.join(found.gerunds) or 'none'})")
    print(f"Class names defined twice    {len(found.homonyms)} ({', '.join(found.homonyms) or 'none'})")
    print(f"Packages without a layer     {len(found.unlayered)} ({', '.join(found.unlayered) or 'none'})")
    print(f"Exceptions from contracts    {len(found.exceptions)} ({', '.join(found.exceptions) or 'none'})")


if __name__ == "__main__":
    main()
