#!/bin/sh
# Fetches the wheels that packages.txt names into a folder: download.sh FOLDER. Nothing is installed or run.
set -u
here=$(dirname "$0")
folder=$1
mkdir -p "$folder"
grep -v '^#' "$here/packages.txt" | while read -r name versions; do
	for version in $versions; do
		if [ "$version" = latest ]; then wanted=$name; else wanted=$name==$version; fi
		python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$folder" "$wanted" </dev/null ||
			echo "no wheel for $wanted" >&2
	done
done
