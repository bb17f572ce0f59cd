#!/bin/sh
# Creates kvstore.jsa, a class archive that halves the startup time of the service:
#   class-archive.sh FOLDER
#
# FOLDER contains kvstore-http.jar and the script kvstore. The archive is valid only for this jar at this
# path and for the same JVM, so create it where the service will run, for example in an image build. The
# service runs for a moment, on a free loopback port and with a file that is deleted afterwards.
set -eu

folder=$(readlink -f "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
java=java
[ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java

env -i PATH="$PATH" "$java" -XX:+UseSerialGC "-XX:ArchiveClassesAtExit=$work/kvstore.jsa" \
  -jar "$folder/kvstore-http.jar" --port 0 --data "$work/data" > "$work/out" 2> "$work/err" &
service=$!
trap 'kill "$service" 2> /dev/null || true; rm -rf "$work"' EXIT

seconds=0
until grep -q 'kvstore serves' "$work/out"; do
  seconds=$((seconds + 1))
  if [ $seconds -gt 60 ] || ! kill -0 "$service" 2> /dev/null; then
    cat "$work/err" >&2
    exit 1
  fi
  sleep 1
done
url=$(sed -n 's/^kvstore serves \([^ ]*\) .*/\1/p' "$work/out")

# Include the classes of ordinary requests.
if command -v curl > /dev/null; then
  get() { curl -sf -o /dev/null "$1"; }
else
  get() { wget -q -O /dev/null "$1"; }
fi
for path in /health/ready /v1/stores '/v1/stores/app/values?prefix=a' /v1/stores/app/keys /metrics; do
  get "$url$path"
done

kill "$service"
wait "$service" || [ $? = 143 ]
mv "$work/kvstore.jsa" "$folder/kvstore.jsa"
