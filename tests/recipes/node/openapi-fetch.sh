# Types for every call, made from what the service says of itself (openapi-typescript), and calls that are held to them
# (openapi-fetch): a path, a parameter or a field that there is not does not compile.
set -eu
cd "$(dirname "$0")/../node_modules"
work=$(mktemp -d .typed.XXXXXX)
trap 'rm -rf "$work"' EXIT

.bin/openapi-typescript "$ROUTIX_URL/openapi.json" --output "$work/schema.d.mts" >/dev/null
cp ../node/openapi-fetch.mts "$work"
.bin/tsc --strict --module nodenext --target es2022 "$work/openapi-fetch.mts"
node "$work/openapi-fetch.mjs"
