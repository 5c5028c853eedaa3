#!/bin/bash
# docs.sh: the documentation of the modules from what was built last, into .build/docs/worklist.doccarchive.
# docs.sh --check: only looks whether it can be made, in a few seconds.
#
# Fails on a link to a symbol or an article that is not there. A symbol of another module is named with a slash and the
# module in front: ``/DICOMProtocol/FindOutcome``.
set -euo pipefail
cd "$(dirname "$0")/../../.."

# Those below first: who is linked to has to be there.
modules="DICOMData DICOMMatching DICOMProtocol DICOMNetwork DICOMNetworkTLS"

# DocC and the reader of symbols belong to the toolchain, beside the compiler.
target=$("${SWIFT:-swift}" -print-target-info)
value() { sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p" <<<"$target" | head -1; }
tools=$(value runtimeResourcePath)/../../bin
built=.build/debug
out=.build/docs
form=--transform-for-static-hosting
if [ "${1:-}" = --check ]; then
    out=.build/docs-check
    form=--no-transform-for-static-hosting
fi

# The C modules that the Swift modules were built with: those whose map the build made, then those that bring their own.
declare -A known=()
maps=()
for map in "$built"/*.build/module.modulemap .build/checkouts/*/Sources/*/include/module.modulemap \
    Sources/*/module.modulemap; do
    [ -f "$map" ] || continue
    name=$(sed -n 's/^ *\(framework \)\?module *\([A-Za-z0-9_]*\).*/\2/p' "$map" | head -1)
    [ -z "${known[$name]:-}" ] || continue
    known[$name]=$map
    maps+=(-Xcc "-fmodule-map-file=$map")
done

rm -rf "$out"
mkdir -p "$out/symbols"
archives=()
dependencies=()
for module in $modules; do
    [ -f "$built/Modules/$module.swiftmodule" ] || continue
    mkdir "$out/symbols/$module"
    "$tools/swift-symbolgraph-extract" -module-name "$module" -target "$(value triple)" -I "$built/Modules" "${maps[@]}" \
        -minimum-access-level public -skip-synthesized-members -emit-extension-block-symbols \
        -module-cache-path "$out/cache" -output-dir "$out/symbols/$module"
    catalog=Sources/$module/$module.docc
    [ -d "$catalog" ] || catalog=
    archive=$out/$module.doccarchive
    "$tools/docc" convert ${catalog:+"$catalog"} --additional-symbol-graph-dir "$out/symbols/$module" \
        --fallback-bundle-identifier "$module" --fallback-display-name "$module" \
        --enable-experimental-external-link-support "${dependencies[@]}" \
        --disable-parameters-and-returns-validation --warnings-as-errors --ide-console-output "$form" --output-dir "$archive"
    archives+=("$archive")
    dependencies+=(--dependency "$archive")
done
[ "${1:-}" != --check ] || exit 0
"$tools/docc" merge "${archives[@]}" --synthesized-landing-page-name worklist --output-path "$out/worklist.doccarchive"
echo "documentation: $out/worklist.doccarchive"
