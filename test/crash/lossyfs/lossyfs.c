/*
 * lossyfs: a FUSE file system on which a write is not on disk until it was synced, as on a card whose power may go.
 *
 *     lossyfs BACKING MOUNTPOINT [FUSE options]
 *
 * The folder BACKING is the disk. Written pages wait in memory, where readers see them, until fsync or fdatasync of their
 * file puts them there. Names (create, rename, unlink) are on disk at once. Orders go to the file /.lossyfs, one a line:
 *
 *     cut SEED            the power goes and comes back: of what was not synced, each sector of 512 bytes survives or does
 *                         not, as a generator seeded with SEED says; 0 loses all of it
 *     fail write N CODE   the Nth write from now fails with this errno, and nothing of it is done; likewise
 *     fail sync N CODE    for fsync and fdatasync: then nothing of the file is put on disk, and its unsynced pages are
 *                         lost, as Linux does with pages that it could not write
 *     broken CODE         every write and sync fails with this errno, until 0 mends it
 *     stall MS            every sync takes so much longer, and nothing else does; 0 for none
 *     full BYTES          writes that would make all files together longer than this fail with ENOSPC; 0 for no limit
 *
 * Reading /.lossyfs tells "writes N syncs N failed N stalling N": how many there were since the start, how many of them were made to
 * fail, and how many syncs stall now.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { SECTOR = 512, MAX_FILES = 64, MAX_PAGES = 1 << 20, MAX_ORDER = 128 };

/* What of a file differs from the disk. */
struct file {
	char *path;
	off_t size;
	/* Bytes on disk up to here are still the file's: it was cut this short since. */
	off_t disk_valid;
	/* By sector; NULL: as on disk. */
	uint8_t **sectors;
	size_t sector_count;
};

struct fault {
	long left;
	int code;
};

static const char CONTROL[] = "/.lossyfs";
static int backing = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file *files[MAX_FILES];
static struct fault write_fault, sync_fault;
static long write_count, sync_count, failed_count;
static int broken_code;
static off_t full_bytes;
static long stall_ms, stalling_count;

static const char *relative(const char *path)
{
	return path[1] == '\0' ? "." : path + 1;
}

static int is_control(const char *path)
{
	return strcmp(path, CONTROL) == 0;
}

static struct file *find(const char *path)
{
	for (size_t i = 0; i < MAX_FILES; i++)
		if (files[i] != NULL && strcmp(files[i]->path, path) == 0)
			return files[i];
	return NULL;
}

static void forget(struct file *file)
{
	for (size_t i = 0; i < MAX_FILES; i++)
		if (files[i] == file)
			files[i] = NULL;
	for (size_t i = 0; i < file->sector_count; i++)
		free(file->sectors[i]);
	free(file->sectors);
	free(file->path);
	free(file);
}

/* The file's unsynced state, made if there is none. NULL with errno where that cannot be. */
static struct file *touch(const char *path)
{
	struct file *file = find(path);
	struct stat on_disk;
	if (file != NULL)
		return file;
	if (fstatat(backing, relative(path), &on_disk, 0) < 0)
		return NULL;
	for (size_t i = 0; i < MAX_FILES; i++) {
		if (files[i] != NULL)
			continue;
		file = calloc(1, sizeof(*file));
		if (file == NULL || (file->path = strdup(path)) == NULL) {
			free(file);
			errno = ENOMEM;
			return NULL;
		}
		file->size = file->disk_valid = on_disk.st_size;
		return files[i] = file;
	}
	errno = ENFILE;
	return NULL;
}

static int grow(struct file *file, size_t sectors)
{
	uint8_t **grown;
	if (sectors <= file->sector_count)
		return 0;
	if (sectors > MAX_PAGES)
		return -EFBIG;
	grown = realloc(file->sectors, sectors * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	memset(grown + file->sector_count, 0, (sectors - file->sector_count) * sizeof(*grown));
	file->sectors = grown;
	file->sector_count = sectors;
	return 0;
}

/* Reads what the disk says of a sector; beyond its valid end there are zeros. */
static int read_disk(const struct file *file, size_t sector, uint8_t *into)
{
	off_t from = (off_t)sector * SECTOR;
	ssize_t wanted = file->disk_valid - from;
	int fd;
	ssize_t got;
	memset(into, 0, SECTOR);
	if (wanted <= 0)
		return 0;
	fd = openat(backing, relative(file->path), O_RDONLY);
	if (fd < 0)
		return -errno;
	got = pread(fd, into, wanted > SECTOR ? SECTOR : (size_t)wanted, from);
	close(fd);
	return got < 0 ? -EIO : 0;
}

static off_t all_bytes(void)
{
	off_t bytes = 0;
	int fd = dup(backing);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	if (folder == NULL)
		return 0;
	rewinddir(folder);
	while ((entry = readdir(folder)) != NULL) {
		char path[sizeof(entry->d_name) + 1];
		struct stat on_disk;
		struct file *file;
		snprintf(path, sizeof(path), "/%s", entry->d_name);
		file = find(path);
		if (file != NULL)
			bytes += file->size;
		else if (fstatat(backing, entry->d_name, &on_disk, 0) == 0 && S_ISREG(on_disk.st_mode))
			bytes += on_disk.st_size;
	}
	closedir(folder);
	return bytes;
}

/* The error that is due now. */
static int due(struct fault *fault)
{
	int code = broken_code;
	if (fault->left > 0 && --fault->left == 0)
		code = fault->code;
	if (code != 0)
		failed_count++;
	return -code;
}

/* Puts sectors on disk: all of a file's, or those that the generator lets survive. */
static int put(struct file *file, uint64_t *seed)
{
	off_t size = file->size;
	int fd = openat(backing, relative(file->path), O_WRONLY);
	int error = 0;
	if (fd < 0)
		return -errno;
	if (file->disk_valid < size && ftruncate(fd, file->disk_valid) < 0)
		error = -errno;
	for (size_t i = 0; error == 0 && i < file->sector_count; i++) {
		off_t from = (off_t)i * SECTOR;
		size_t length = size - from > SECTOR ? SECTOR : (size_t)(size - from);
		if (file->sectors[i] == NULL || from >= size)
			continue;
		if (seed != NULL) {
			*seed = *seed * 6364136223846793005u + 1442695040888963407u;
			if ((*seed >> 63) == 0)
				continue;
		}
		if (pwrite(fd, file->sectors[i], length, from) != (ssize_t)length)
			error = -EIO;
	}
	if (error == 0 && seed == NULL && ftruncate(fd, size) < 0)
		error = -errno;
	close(fd);
	return error;
}

static void cut(uint64_t seed)
{
	for (size_t i = 0; i < MAX_FILES; i++) {
		if (files[i] == NULL)
			continue;
		if (seed != 0)
			(void)put(files[i], &seed);
		forget(files[i]);
	}
}

static int obey(const char *order)
{
	struct fault *fault = NULL;
	uint64_t number;
	long nth;
	int code;
	if (sscanf(order, "cut %" SCNu64, &number) == 1) {
		cut(number);
		return 0;
	}
	if (sscanf(order, "broken %d", &code) == 1) {
		broken_code = code;
		return 0;
	}
	if (sscanf(order, "stall %ld", &nth) == 1) {
		stall_ms = nth;
		return 0;
	}
	if (sscanf(order, "full %" SCNu64, &number) == 1) {
		full_bytes = (off_t)number;
		return 0;
	}
	if (sscanf(order, "fail write %ld %d", &nth, &code) == 2)
		fault = &write_fault;
	else if (sscanf(order, "fail sync %ld %d", &nth, &code) == 2)
		fault = &sync_fault;
	if (fault == NULL || nth < 0)
		return -EINVAL;
	*fault = (struct fault){ .left = nth, .code = code };
	return 0;
}

static int lossy_getattr(const char *path, struct stat *into, struct fuse_file_info *info)
{
	struct file *file;
	(void)info;
	if (is_control(path)) {
		*into = (struct stat){ .st_mode = S_IFREG | 0600, .st_nlink = 1, .st_size = 0 };
		return 0;
	}
	if (fstatat(backing, relative(path), into, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	pthread_mutex_lock(&lock);
	file = find(path);
	if (file != NULL)
		into->st_size = file->size;
	pthread_mutex_unlock(&lock);
	return 0;
}

static int lossy_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
			 struct fuse_file_info *info, enum fuse_readdir_flags flags)
{
	int fd = openat(backing, relative(path), O_RDONLY | O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	(void)offset, (void)info, (void)flags;
	if (folder == NULL)
		return -errno;
	while ((entry = readdir(folder)) != NULL)
		fill(buffer, entry->d_name, NULL, 0, 0);
	closedir(folder);
	return 0;
}

static int lossy_open(const char *path, struct fuse_file_info *info)
{
	if (is_control(path)) {
		info->direct_io = 1;
		return 0;
	}
	return faccessat(backing, relative(path), F_OK, 0) < 0 ? -errno : 0;
}

static int lossy_create(const char *path, mode_t mode, struct fuse_file_info *info)
{
	int fd = openat(backing, relative(path), O_CREAT | O_WRONLY, mode);
	(void)info;
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int lossy_read(const char *path, char *into, size_t size, off_t offset, struct fuse_file_info *info)
{
	struct file *file;
	size_t done = 0;
	int error = 0;
	(void)info;
	pthread_mutex_lock(&lock);
	if (is_control(path)) {
		char told[MAX_ORDER];
		int length = snprintf(told, sizeof(told), "writes %ld syncs %ld failed %ld stalling %ld\n", write_count,
				      sync_count, failed_count, stalling_count);
		if (offset < length) {
			done = (size_t)(length - offset) < size ? (size_t)(length - offset) : size;
			memcpy(into, told + offset, done);
		}
		pthread_mutex_unlock(&lock);
		return (int)done;
	}
	file = find(path);
	if (file == NULL) {
		int fd = openat(backing, relative(path), O_RDONLY);
		ssize_t got = fd < 0 ? -1 : pread(fd, into, size, offset);
		error = got < 0 ? -errno : (int)got;
		if (fd >= 0)
			close(fd);
		pthread_mutex_unlock(&lock);
		return error;
	}
	while (error == 0 && done < size && offset + (off_t)done < file->size) {
		off_t at = offset + (off_t)done;
		size_t sector = (size_t)(at / SECTOR), within = (size_t)(at % SECTOR);
		size_t part = SECTOR - within;
		uint8_t bytes[SECTOR];
		if (part > size - done)
			part = size - done;
		if ((off_t)part > file->size - at)
			part = (size_t)(file->size - at);
		if (sector < file->sector_count && file->sectors[sector] != NULL)
			memcpy(bytes, file->sectors[sector], SECTOR);
		else
			error = read_disk(file, sector, bytes);
		memcpy(into + done, bytes + within, part);
		done += part;
	}
	pthread_mutex_unlock(&lock);
	return error != 0 ? error : (int)done;
}

static int store(struct file *file, const char *from, size_t size, off_t offset)
{
	size_t done = 0;
	int error = grow(file, (size_t)((offset + (off_t)size + SECTOR - 1) / SECTOR));
	while (error == 0 && done < size) {
		off_t at = offset + (off_t)done;
		size_t sector = (size_t)(at / SECTOR), within = (size_t)(at % SECTOR);
		size_t part = SECTOR - within < size - done ? SECTOR - within : size - done;
		if (file->sectors[sector] == NULL) {
			uint8_t *fresh = malloc(SECTOR);
			if (fresh == NULL)
				return -ENOMEM;
			error = read_disk(file, sector, fresh);
			file->sectors[sector] = fresh;
		}
		memcpy(file->sectors[sector] + within, from + done, part);
		done += part;
	}
	if (error == 0 && offset + (off_t)size > file->size)
		file->size = offset + (off_t)size;
	return error;
}

static int lossy_write(const char *path, const char *from, size_t size, off_t offset, struct fuse_file_info *info)
{
	struct file *file;
	int error;
	(void)info;
	pthread_mutex_lock(&lock);
	if (is_control(path)) {
		char order[MAX_ORDER];
		size_t length = size < sizeof(order) - 1 ? size : sizeof(order) - 1;
		memcpy(order, from, length);
		order[length] = '\0';
		error = obey(order);
		pthread_mutex_unlock(&lock);
		return error != 0 ? error : (int)size;
	}
	write_count++;
	error = due(&write_fault);
	file = error == 0 ? touch(path) : NULL;
	if (error == 0 && file == NULL)
		error = -errno;
	if (error == 0 && full_bytes > 0 && offset + (off_t)size > file->size &&
	    all_bytes() + offset + (off_t)size - file->size > full_bytes) {
		error = -ENOSPC;
		failed_count++;
	}
	if (error == 0)
		error = store(file, from, size, offset);
	pthread_mutex_unlock(&lock);
	return error != 0 ? error : (int)size;
}

static int lossy_truncate(const char *path, off_t size, struct fuse_file_info *info)
{
	struct file *file;
	int error = 0;
	(void)info;
	if (is_control(path))
		return 0;
	pthread_mutex_lock(&lock);
	file = touch(path);
	if (file == NULL) {
		error = -errno;
	} else {
		size_t first = (size_t)((size + SECTOR - 1) / SECTOR);
		for (size_t i = first; i < file->sector_count; i++) {
			free(file->sectors[i]);
			file->sectors[i] = NULL;
		}
		if (size % SECTOR != 0 && first > 0 && first <= file->sector_count && file->sectors[first - 1] != NULL)
			memset(file->sectors[first - 1] + size % SECTOR, 0, SECTOR - (size_t)(size % SECTOR));
		file->size = size;
		if (size < file->disk_valid)
			file->disk_valid = size;
	}
	pthread_mutex_unlock(&lock);
	return error;
}

/* Called with the lock, which others may have meanwhile. */
static void stall(void)
{
	struct timespec wait = { .tv_sec = stall_ms / 1000, .tv_nsec = stall_ms % 1000 * 1000000 };
	if (stall_ms == 0)
		return;
	stalling_count++;
	pthread_mutex_unlock(&lock);
	nanosleep(&wait, NULL);
	pthread_mutex_lock(&lock);
	stalling_count--;
}

static int lossy_fsync(const char *path, int data_only, struct fuse_file_info *info)
{
	struct file *file;
	int error;
	(void)data_only, (void)info;
	pthread_mutex_lock(&lock);
	stall();
	sync_count++;
	error = due(&sync_fault);
	file = find(path);
	if (file != NULL) {
		if (error == 0)
			error = put(file, NULL);
		forget(file);
	}
	pthread_mutex_unlock(&lock);
	return error;
}

static int lossy_unlink(const char *path)
{
	struct file *file;
	if (unlinkat(backing, relative(path), 0) < 0)
		return -errno;
	pthread_mutex_lock(&lock);
	file = find(path);
	if (file != NULL)
		forget(file);
	pthread_mutex_unlock(&lock);
	return 0;
}

static int lossy_rename(const char *from, const char *to, unsigned int flags)
{
	struct file *moved, *replaced;
	char *path;
	if (flags != 0)
		return -EINVAL;
	path = strdup(to);
	if (path == NULL)
		return -ENOMEM;
	if (renameat(backing, relative(from), backing, relative(to)) < 0) {
		free(path);
		return -errno;
	}
	pthread_mutex_lock(&lock);
	replaced = find(to);
	if (replaced != NULL)
		forget(replaced);
	moved = find(from);
	if (moved != NULL) {
		free(moved->path);
		moved->path = path;
		path = NULL;
	}
	pthread_mutex_unlock(&lock);
	free(path);
	return 0;
}

/* Only of what is on disk whole: what waits in memory goes by its name. */
static int lossy_link(const char *from, const char *to)
{
	int is_unsynced;
	pthread_mutex_lock(&lock);
	is_unsynced = find(from) != NULL;
	pthread_mutex_unlock(&lock);
	if (is_unsynced)
		return -EOPNOTSUPP;
	return linkat(backing, relative(from), backing, relative(to), 0) < 0 ? -errno : 0;
}

static int lossy_mkdir(const char *path, mode_t mode)
{
	return mkdirat(backing, relative(path), mode) < 0 ? -errno : 0;
}

static int lossy_rmdir(const char *path)
{
	return unlinkat(backing, relative(path), AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* As roomy as the disk below, or as roomy as "full" leaves it. */
static int lossy_statfs(const char *path, struct statvfs *into)
{
	off_t used;
	fsblkcnt_t left;
	(void)path;
	if (fstatvfs(backing, into) < 0)
		return -errno;
	pthread_mutex_lock(&lock);
	used = full_bytes > 0 ? all_bytes() : 0;
	left = used < full_bytes ? (fsblkcnt_t)(full_bytes - used) / into->f_frsize : 0;
	if (full_bytes > 0 && left < into->f_bavail)
		into->f_bfree = into->f_bavail = left;
	pthread_mutex_unlock(&lock);
	return 0;
}

static int lossy_chmod(const char *path, mode_t mode, struct fuse_file_info *info)
{
	(void)info;
	return fchmodat(backing, relative(path), mode, 0) < 0 ? -errno : 0;
}

static int lossy_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *info)
{
	(void)info;
	return utimensat(backing, relative(path), times, 0) < 0 ? -errno : 0;
}

static void *lossy_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
	(void)connection;
	/* What the kernel remembers of names and sizes would outlive a cut. */
	config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
	return NULL;
}

static const struct fuse_operations operations = {
	.init = lossy_init,
	.getattr = lossy_getattr,
	.readdir = lossy_readdir,
	.open = lossy_open,
	.create = lossy_create,
	.read = lossy_read,
	.write = lossy_write,
	.truncate = lossy_truncate,
	.fsync = lossy_fsync,
	.unlink = lossy_unlink,
	.rename = lossy_rename,
	.link = lossy_link,
	.mkdir = lossy_mkdir,
	.rmdir = lossy_rmdir,
	.statfs = lossy_statfs,
	.chmod = lossy_chmod,
	.utimens = lossy_utimens,
};

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: lossyfs BACKING MOUNTPOINT [FUSE options]\n");
		return 2;
	}
	backing = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (backing < 0) {
		perror(argv[1]);
		return 1;
	}
	argv[1] = argv[0];
	return fuse_main(argc - 1, argv + 1, &operations, NULL);
}
