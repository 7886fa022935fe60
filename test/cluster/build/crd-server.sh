#!/bin/bash
# crd-server.sh DIRECTORY
#
# A present Kubernetes' API server for CustomResourceDefinitions (rules in CEL, server-side apply, field validation), made of
# the Go libraries that Debian sid packages, into DIRECTORY/crd-server. Some minutes, and 2.5 GB below DIRECTORY/work until it
# is done. sid moves: where the packages named here no longer fit each other, everything that they depend on is fetched.
set -euo pipefail

here=$(realpath "$(dirname "$0")") out=$(realpath "$1") work=$out/work
. "$here/apt.sh"
packages='
  golang-1.26-go golang-1.26-src golang-cel-cel-go-dev golang-cel-expr-dev golang-etcd-server-dev
  golang-github-antlr4-go-antlr-dev golang-github-beorn7-perks-dev golang-github-blang-semver-dev
  golang-github-cenkalti-backoff-v5-dev golang-github-cespare-xxhash-v2-dev golang-github-coreos-go-semver-dev
  golang-github-coreos-go-systemd-dev golang-github-davecgh-go-spew-dev golang-github-docker-spdystream-dev
  golang-github-emicklei-go-restful-dev golang-github-evanphx-json-patch-dev golang-github-felixge-httpsnoop-dev
  golang-github-fsnotify-fsnotify-dev golang-github-fxamacker-cbor-dev golang-github-go-logr-logr-dev
  golang-github-go-logr-stdr-dev golang-github-go-openapi-jsonpointer-dev golang-github-go-openapi-jsonreference-dev
  golang-github-go-openapi-swag-dev golang-github-gogo-protobuf-dev golang-github-golang-protobuf-1-5-dev
  golang-github-google-gnostic-models-dev golang-github-google-uuid-dev golang-github-gorilla-websocket-dev
  golang-github-grpc-ecosystem-go-grpc-middleware-dev golang-github-grpc-ecosystem-grpc-gateway-dev
  golang-github-json-iterator-go-dev golang-github-kylelemons-godebug-dev golang-github-modern-go-concurrent-dev
  golang-github-modern-go-reflect2-dev golang-github-munnerz-goautoneg-dev golang-github-mxk-go-flowrate-dev
  golang-github-nytimes-gziphandler-dev golang-github-pkg-errors-dev golang-github-pmezard-go-difflib-dev
  golang-github-prometheus-client-golang-dev golang-github-prometheus-client-model-dev
  golang-github-prometheus-common-dev golang-github-prometheus-procfs-dev golang-github-spf13-cobra-dev
  golang-github-spf13-pflag-dev golang-github-x448-float16-dev golang-go.uber-multierr-dev golang-go.uber-zap-dev
  golang-golang-x-crypto-dev golang-golang-x-exp-dev golang-golang-x-net-dev golang-golang-x-oauth2-dev
  golang-golang-x-sync-dev golang-golang-x-sys-dev golang-golang-x-term-dev golang-golang-x-text-dev
  golang-golang-x-time-dev golang-google-genproto-dev golang-google-grpc-dev golang-google-protobuf-dev
  golang-gopkg-inf.v0-dev golang-gopkg-natefinch-lumberjack.v2-dev golang-gopkg-yaml.v2-dev golang-gopkg-yaml.v3-dev
  golang-k8s-api-dev golang-k8s-apiextensions-apiserver-dev golang-k8s-apimachinery-dev golang-k8s-apiserver-dev
  golang-k8s-client-go-dev golang-k8s-component-base-dev golang-k8s-klog-dev golang-k8s-kms-dev
  golang-k8s-kube-openapi-dev golang-k8s-sigs-apiserver-network-proxy-dev golang-k8s-sigs-json-dev
  golang-k8s-sigs-randfill-dev golang-k8s-sigs-structured-merge-diff-v6-dev golang-k8s-sigs-yaml-dev
  golang-k8s-streaming-dev golang-k8s-utils-dev golang-opentelemetry-contrib-dev golang-opentelemetry-otel-dev
  golang-opentelemetry-proto-dev
'
mkdir -p "$work/fetched" "$work/gopath/src/crd-server"
cd "$work/fetched"
apt_suites 'deb sid'

build() {
  rm -rf "$work/root"
  unpack "$work/root"
  GOROOT=$(ls -d "$work"/root/usr/lib/go-1.* | sort -V | tail -n 1)
  export GOROOT GOPATH=$work/gopath:$work/root/usr/share/gocode GOCACHE=$work/gocache
  export GO111MODULE=off CGO_ENABLED=0 GOFLAGS= GOTOOLCHAIN=local GOPROXY=off GOTELEMETRY=off
  local version=k8s.io/component-base/version
  cp "$here/crd-server.go" "$work/gopath/src/crd-server/main.go"
  cd "$work/gopath/src/crd-server"
  "$GOROOT/bin/go" build -trimpath -ldflags "-s -w -X $version.gitVersion=v1.36.0 -X $version.gitMajor=1 -X $version.gitMinor=36" \
    -o "$out/crd-server" .
}

# shellcheck disable=SC2086
if ! apt_private apt-get download $packages || ! build; then
  cd "$work/fetched"
  apt_private apt-get install --yes --download-only golang-k8s-apiextensions-apiserver-dev golang-go
  mv "$work"/apt/cache/archives/golang-*.deb .
  build
fi
rm -rf "$work"
