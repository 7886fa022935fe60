#!/bin/bash
# kubernetes.sh DIRECTORY
#
# Kubernetes 1.20 from Debian's source package (bookworm; it needs the Go of bullseye): kube-apiserver, -controller-manager,
# -scheduler, -proxy and kubelet into DIRECTORY/bin, the image of the pause container into DIRECTORY/pause.tar. Some minutes,
# and 2 GB below DIRECTORY/work until it is done.
set -euo pipefail

out=$(realpath "$1") work=$out/work
. "$(dirname "$0")/apt.sh"
mkdir -p "$out/bin" "$work"/{fetched,tmp}
cd "$work/fetched"
apt_suites 'deb-src bookworm' 'deb bullseye'
apt_private apt-get download golang-1.15-go golang-1.15-src
apt_private apt-get source --download-only kubernetes/bookworm
unpack "$work/root"

source=$work/gopath/src/k8s.io/kubernetes
mkdir -p "$source"
tar -xzf kubernetes_*.orig.tar.gz -C "$source" --strip-components=1
cd "$source"
export GOROOT=$work/root/usr/lib/go-1.15 GOPATH=$work/gopath GOCACHE=$work/gocache GOTMPDIR=$work/tmp
export GO111MODULE=off CGO_ENABLED=0 GOFLAGS= GOPROXY=off
PATH=$GOROOT/bin:$PATH

# The source package lacks one generated file: the OpenAPI definitions of everything that asks for them.
go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
asking=$(find -L cmd pkg plugin vendor/k8s.io -name '*.go' -not -path '*/_examples/*' -print0 | xargs -0 grep -l '^// *+k8s:openapi-gen=' |
  grep -v -e ^vendor/k8s.io/code-generator/ -e ^vendor/k8s.io/sample-apiserver/ | xargs -n 1 dirname | LC_ALL=C sort -u |
  sed 's#^#k8s.io/kubernetes/#' | paste -sd,)
"$work/openapi-gen" -i "$asking" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
  -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/violations.txt"

flags='-s -w'
for place in client-go/pkg/version component-base/version; do
  for value in gitVersion=v1.20.2 gitMajor=1 gitMinor=20 gitCommit=debian gitTreeState=archive buildDate=2021-01-13T13:20:00Z; do
    flags+=" -X k8s.io/kubernetes/vendor/k8s.io/$place.$value"
  done
done
for part in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy; do
  go build -trimpath -tags providerless -ldflags "$flags" -o "$out/bin/$part" "./cmd/$part"
done

# What holds the namespaces of a Pod: waits, and reaps what is handed to it.
mkdir -p "$work/pause" "$work/layer" "$work/image"
cat >"$work/pause/main.go" <<'GO'
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for each := range signals {
		if each != syscall.SIGCHLD {
			return
		}
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
				break
			}
		}
	}
}
GO
go build -trimpath -ldflags '-s -w' -o "$work/layer/pause" "$work/pause/main.go"
tar --sort=name --owner=0 --group=0 --mtime=@0 -C "$work/layer" -cf "$work/image/layer.tar" pause
layer=$(sha256sum <"$work/image/layer.tar" | cut -c 1-64)
cd "$work/image"
printf '{"architecture":"%s","os":"linux","config":{"Cmd":["/pause"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$(dpkg --print-architecture)" "$layer" >config.json
printf '[{"Config":"config.json","RepoTags":["k8s.local/pause:1"],"Layers":["layer.tar"]}]' >manifest.json
tar -cf "$out/pause.tar" manifest.json config.json layer.tar
rm -rf "$work"
