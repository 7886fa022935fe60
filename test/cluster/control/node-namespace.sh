#!/bin/bash
# node-namespace.sh DIRECTORY NODE-ADDRESS SERVICES
#
# Run in the new network, mount and PID namespaces of a node: gives it mounts of its own below DIRECTORY, and addresses.
# There is no default route, so nothing leaves it but to the host.
set -euo pipefail

directory=$1 address=$2 services=$3
mkdir -p "$directory"/mounts/{run,log,lib/cni,lib/kubelet,lib/containerd}
mount --make-rprivate /
mount --bind "$directory/mounts/run" /run
mount --bind "$directory/mounts/log" /var/log
mount --bind "$directory/mounts/lib" /var/lib
# What is mounted for a Pod must be seen by its containers.
mount --make-rshared /
ip link set lo up
ip address add "$address/30" dev node0
ip link set node0 up
# Only so that the kernel routes at all: kube-proxy replaces the address of a Service before anything is sent.
ip route add "$services" dev node0
echo 1 >/proc/sys/net/ipv4/ip_forward
