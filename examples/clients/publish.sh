#!/usr/bin/env bash
# How does one publish a clue with curl, learn the verdict, read the inbox and take a receipt away?
#
#   YISONG_TOKEN=yisong_… ./publish.sh http://127.0.0.1:8080 V9801 980100 receipt.txt
#
# The token comes from `yisong tokens new copyright case-system --organ V9801 --scope publish --scope read`. It is read
# from a file descriptor, so that no list of processes shows it. In the end `yisong verify receipt.txt` says what it proves.
set -euo pipefail

gateway=$1 organ=$2 region=$3 receipt=${4:-receipt.txt}

# --retry: as long as Retry-After says, for 429 and 503.
ask() {
  curl --silent --show-error --fail-with-body --retry 60 --retry-max-time 600 \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$YISONG_TOKEN") "$@"
}
# Print the answer; where it is a problem document (RFC 9457), show that, and end.
call() {
  local answer
  answer=$(ask "$@") || { echo "$answer" >&2; return 1; }
  echo "$answer"
}
post() { call --header 'Content-Type: application/json' --data-binary @- "$gateway$1" "${@:2}"; }
# One member of a JSON object, without a tool beyond curl: texts and null, as this API writes them.
member() { sed -nE "s/.*\"$1\": ?(\"([^\"]*)\"|null).*/\\2/p" | head -n 1; }

now=$(TZ=Asia/Shanghai date -d '1 minute ago' +%Y-%m-%dT%H:%M:%S+08:00)
# Made once, and kept: the same event sent again after a lost connection is published once.
event=$(cat /proc/sys/kernel/random/uuid)

case=$(post /v1/case-numbers <<<"{\"region\": \"$region\", \"year\": ${now%%-*}}" | member case_id)

known=$(post /v1/events --header 'Prefer: wait=10' <<JSON
{
  "event_id": "$event",
  "header": {
    "event_type": "ClueFound",
    "variant": "feedback_not_wanted",
    "case_id": "$case",
    "aggregate": {"kind": "clue", "id": "C-$case-1"},
    "publisher": "$organ",
    "occurred_at": "$now",
    "region_code": "$region",
    "pii_level": "P1"
  },
  "body": {
    "source": "monitoring",
    "origin": "self",
    "targets": [],
    "work_types": ["film_tv"],
    "platform_type": "website",
    "summary": "巡查发现影视站",
    "company_complaint": false
  }
}
JSON
)
# 202: accepted, and not judged yet.
while [[ -z $(member verdict <<<"$known") ]]; do
  sleep 1
  known=$(call "$gateway/v1/events/$event")
done
echo "published: $event in $case: $(member verdict <<<"$known")"

# From what was acknowledged on, page by page, until our own event was there.
after=()
while true; do
  page=$(call --get --data-urlencode 'purpose=收件登记' --data wait=20 "${after[@]}" "$gateway/v1/inbox")
  cursor=$(grep -oE '"cursor": ?"[^"]*"' <<<"$page" | tail -n 1 | member cursor)
  post /v1/inbox/ack <<<"{\"cursor\": \"$cursor\"}" >/dev/null
  if grep -q "$event" <<<"$page"; then break; fi
  after=(--data-urlencode "after=$cursor")
done
echo "taken over up to: $cursor"

# 503 until three of the four nodes have cosigned a checkpoint that covers the event.
ask --output "$receipt" "$gateway/v1/events/$event/receipt" || { cat "$receipt" >&2; rm -f "$receipt"; exit 1; }
echo "receipt: $receipt ($(wc -c <"$receipt") bytes)"
