#!/bin/busybox sh
# First process of the virtual machine: the host's files, read-only, under a layer in memory; then the script that the host left
# in /out.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev

give_up() {
  echo "init: $1"
  poweroff -f
}

modprobe -a 9pnet_virtio 9p overlay || give_up "no modules for the host's files"
nine="trans=virtio,version=9p2000.L,msize=512000"
mount -t 9p -o "ro,$nine,cache=loose" host /host || give_up "the host's files cannot be mounted"
mount -t tmpfs tmpfs /layer
mkdir -p /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /new
mkdir -p /new/out
mount -t 9p -o "$nine" out /new/out || give_up "there is no folder for results"

for each in proc sys dev; do mount --move "/$each" "/new/$each"; done
mount -t tmpfs tmpfs /new/run
mkdir -p /new/dev/shm /new/dev/pts /new/run/tmp /new/lib/modules
mount -t devpts devpts /new/dev/pts
mount -t debugfs debugfs /new/sys/kernel/debug
mount -t tracefs tracefs /new/sys/kernel/tracing 2>/dev/null
cp -r /lib/modules/* /new/lib/modules/
ip link set lo up

echo "init: up after $(cut -d' ' -f1 /new/proc/uptime) s"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/run/tmp
chroot /new /bin/sh /out/run.sh
sync
poweroff -f
