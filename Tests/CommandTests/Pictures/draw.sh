#!/bin/bash
# draw.sh PROGRAM FOLDER: draws the pictures of pictures.script into the folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
mkdir -p "$2"
cd "$2"
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
env -i HOME="$home" PATH="$PATH" TZ=UTC LANG=C.UTF-8 TERM=xterm-256color \
    "$program" demo --port 11112 --items 120 --hold-first 46 --clock 2026-11-24T09:32:00 \
    --theme dark --color truecolor --size 100x28 --script "$here/pictures.script"
chmod 644 ./*.svg
