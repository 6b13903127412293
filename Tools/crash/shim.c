// Stands between a program and the C library, and makes accidents at one call: a kill, an error, a
// write that ends early. Or it records what was written and synced, for images of a power loss.
//
// Only calls on files below COTERIE_SHIM_ROOT count, those on standard output, and memory that
// LMDB and libsodium ask for. Calls are counted over all threads, from 1 on.
//
//   COTERIE_SHIM_LOG=FILE      a line for each call that counts: number, name, what it is about
//   COTERIE_SHIM_DO=WHAT@N     at call N: kill | half (kill after half a write) | short | ERRNO
//   COTERIE_SHIM_COUNT=NAMES   only calls of these names count, with commas between and around them
//   COTERIE_SHIM_HURRY=1       pauses end at once
//   COTERIE_SHIM_RECORD=FILE   a line for each change of a file: see `note`
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES_MAX 1024
enum { NOTHING, KILL, HALF, SHORT, FAIL };

static char root[PATH_MAX];
static size_t root_count;
static int log_file = -1, record_file = -1;
static int what = NOTHING, error_number;
static const char *counted;
static int is_hurried;
static long when = -1, calls;
static unsigned char ours[FILES_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { uintptr_t start, end; } lenders[8];
static int lender_count;
static __thread int inside;

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static int raw_open(const char *path, int flags) {
  int file = (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  // Out of the way of the program's own numbers.
  int high = (int)syscall(SYS_fcntl, file, F_DUPFD_CLOEXEC, FILES_MAX);
  syscall(SYS_close, file);
  return high;
}

static int find_lender(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size, (void)data;
  if (!strstr(info->dlpi_name, "liblmdb") && !strstr(info->dlpi_name, "libsodium")) return 0;
  for (int i = 0; i < info->dlpi_phnum && lender_count < 8; i++) {
    if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
    lenders[lender_count].start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    lenders[lender_count].end = lenders[lender_count].start + info->dlpi_phdr[i].p_memsz;
    lender_count++;
  }
  return 0;
}

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("COTERIE_SHIM_ROOT");
  if (!text) return;
  snprintf(root, sizeof root, "%s/", text);
  root_count = strlen(root);
  if ((text = getenv("COTERIE_SHIM_LOG"))) log_file = raw_open(text, O_WRONLY | O_CREAT | O_APPEND);
  if ((text = getenv("COTERIE_SHIM_RECORD")))
    record_file = raw_open(text, O_WRONLY | O_CREAT | O_APPEND);
  if ((text = getenv("COTERIE_SHIM_DO")) && strchr(text, '@')) {
    when = atol(strchr(text, '@') + 1);
    what = !strncmp(text, "kill", 4) ? KILL
      : !strncmp(text, "half", 4) ? HALF : !strncmp(text, "short", 5) ? SHORT : FAIL;
    error_number = atoi(text);
  }
  counted = getenv("COTERIE_SHIM_COUNT");
  is_hurried = getenv("COTERIE_SHIM_HURRY") != NULL;
  ours[1] = 1;
  dl_iterate_phdr(find_lender, NULL);
}

static int is_lender(void *caller) {
  for (int i = 0; i < lender_count; i++)
    if ((uintptr_t)caller >= lenders[i].start && (uintptr_t)caller < lenders[i].end) return 1;
  return 0;
}

static int is_below(const char *path) {
  if (!root_count || !path) return 0;
  return !strncmp(path, root, root_count) || !strncmp(path, root, root_count - 1);
}

static int is_ours(int file) { return root_count && file >= 0 && file < FILES_MAX && ours[file]; }

// Counts a call, and says what is to happen in it. FAIL leaves the error in errno.
static int count(const char *name, const char *about, long amount) {
  if (inside) return NOTHING;
  if (counted) {
    char wanted[40];
    snprintf(wanted, sizeof wanted, ",%s,", name);
    if (!strstr(counted, wanted)) return NOTHING;
  }
  inside = 1;
  pthread_mutex_lock(&lock);
  long number = ++calls;
  if (log_file >= 0) {
    char line[PATH_MAX + 80];
    int length = snprintf(line, sizeof line, "%ld %s %s %ld\n", number, name, about, amount);
    syscall(SYS_write, log_file, line, length);
  }
  pthread_mutex_unlock(&lock);
  inside = 0;
  if (number != when) return NOTHING;
  if (what == KILL) syscall(SYS_kill, getpid(), SIGKILL);
  if (what == FAIL) errno = error_number;
  return what;
}

static const char *name_of(int file, char *buffer) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, buffer, PATH_MAX - 1);
  buffer[length > 0 ? length : 0] = 0;
  return file == 1 ? "output" : buffer;
}

// A line of the record, in one write so that processes do not mix.
static void note(const char *format, ...) {
  if (record_file < 0) return;
  char *line = NULL;
  va_list list;
  va_start(list, format);
  inside++;
  int length = vasprintf(&line, format, list);
  va_end(list);
  if (length > 0) syscall(SYS_write, record_file, line, length);
  free(line);
  inside--;
}

static unsigned long inode(int file) {
  struct stat status;
  return fstat(file, &status) ? 0 : (unsigned long)status.st_ino;
}

static void note_write(int file, const void *bytes, size_t size, off_t offset) {
  if (record_file < 0 || (ssize_t)size <= 0) return;
  inside++;
  char *digits = malloc(size * 2 + 1);
  for (size_t i = 0; i < size; i++) sprintf(digits + 2 * i, "%02x", ((unsigned char *)bytes)[i]);
  int is_synced = file != 1 && (fcntl(file, F_GETFL) & (O_DSYNC | O_SYNC)) != 0;
  if (file == 1) note("out %s\n", digits);
  else note("write %lu %ld %d %s\n", inode(file), (long)offset, is_synced, digits);
  free(digits);
  inside--;
}

#define KILL_NOW() syscall(SYS_kill, getpid(), SIGKILL)
#define COUNTED(name, file, amount) \
  char about[PATH_MAX]; \
  int todo = is_ours(file) ? count(name, name_of(file, about), amount) : NOTHING; \
  if (todo == FAIL) return -1

// MARK: Writing

static ssize_t write_at(
  const char *name, int file, const void *bytes, size_t size, off_t offset, int is_placed
) {
  COUNTED(name, file, (long)size);
  size_t wanted = todo == SHORT || todo == HALF ? size / 2 : size;
  off_t place = is_placed ? offset : file == 1 ? 0 : lseek(file, 0, SEEK_CUR);
  ssize_t written = is_placed ? syscall(SYS_pwrite64, file, bytes, wanted, offset)
                              : syscall(SYS_write, file, bytes, wanted);
  if (todo == HALF) KILL_NOW();
  if (is_ours(file)) note_write(file, bytes, written, place);
  return written;
}

ssize_t write(int file, const void *bytes, size_t size) {
  return write_at("write", file, bytes, size, 0, 0);
}
ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
  return write_at("pwrite", file, bytes, size, offset, 1);
}
ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
  return write_at("pwrite", file, bytes, size, offset, 1);
}

static ssize_t gather(
  const char *name, int file, const struct iovec *parts, int count_, off_t offset, int is_placed
) {
  size_t size = 0;
  for (int i = 0; i < count_; i++) size += parts[i].iov_len;
  inside++;
  char *bytes = malloc(size + 1), *end = bytes;
  inside--;
  for (int i = 0; i < count_; end += parts[i].iov_len, i++)
    memcpy(end, parts[i].iov_base, parts[i].iov_len);
  ssize_t written = write_at(name, file, bytes, size, offset, is_placed);
  int kept = errno;
  free(bytes);
  errno = kept;
  return written;
}

ssize_t writev(int file, const struct iovec *parts, int count_) {
  return gather("writev", file, parts, count_, 0, 0);
}
ssize_t pwritev(int file, const struct iovec *parts, int count_, off_t offset) {
  return gather("pwritev", file, parts, count_, offset, 1);
}
ssize_t pwritev64(int file, const struct iovec *parts, int count_, off64_t offset) {
  return gather("pwritev", file, parts, count_, offset, 1);
}

int ftruncate(int file, off_t size) {
  COUNTED("ftruncate", file, size);
  int status = (int)syscall(SYS_ftruncate, file, size);
  if (!status && is_ours(file)) note("trunc %lu %ld\n", inode(file), (long)size);
  return status;
}
int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

int fallocate(int file, int mode, off_t offset, off_t size) {
  COUNTED("fallocate", file, size);
  int status = (int)syscall(SYS_fallocate, file, mode, offset, size);
  if (!status && is_ours(file)) note("grow %lu %ld\n", inode(file), (long)(offset + size));
  return status;
}
int fallocate64(int file, int mode, off64_t offset, off64_t size) {
  return fallocate(file, mode, offset, size);
}

int posix_fallocate(int file, off_t offset, off_t size) {
  return fallocate(file, 0, offset, size) ? errno : 0;
}
int posix_fallocate64(int file, off64_t offset, off64_t size) {
  return posix_fallocate(file, offset, size);
}

static int sync_file(const char *name, int file, long call) {
  COUNTED(name, file, 0);
  int status = (int)syscall(call, file);
  if (!status && is_ours(file)) note("sync %lu\n", inode(file));
  return status;
}
int fsync(int file) { return sync_file("fsync", file, SYS_fsync); }
int fdatasync(int file) { return sync_file("fdatasync", file, SYS_fdatasync); }

int fchmod(int file, mode_t mode) {
  COUNTED("fchmod", file, mode);
  return (int)syscall(SYS_fchmod, file, mode);
}

// MARK: Names

#define COUNTED_PATH(name, path) \
  if (is_below(path) && count(name, path, 0) == FAIL) return -1

int rename(const char *from, const char *to) {
  COUNTED_PATH("rename", to);
  int status = (int)syscall(SYS_rename, from, to);
  if (!status && is_below(to)) note("rename %s %s\n", from, to);
  return status;
}
int link(const char *from, const char *to) {
  COUNTED_PATH("link", to);
  int status = (int)syscall(SYS_link, from, to);
  if (!status && is_below(to)) note("link %s %s\n", from, to);
  return status;
}
int symlink(const char *from, const char *to) {
  COUNTED_PATH("symlink", to);
  return (int)syscall(SYS_symlink, from, to);
}
int unlink(const char *path) {
  COUNTED_PATH("unlink", path);
  int status = (int)syscall(SYS_unlink, path);
  if (!status && is_below(path)) note("unlink %s\n", path);
  return status;
}
int rmdir(const char *path) {
  COUNTED_PATH("rmdir", path);
  int status = (int)syscall(SYS_rmdir, path);
  if (!status && is_below(path)) note("rmdir %s\n", path);
  return status;
}
int mkdir(const char *path, mode_t mode) {
  COUNTED_PATH("mkdir", path);
  int status = (int)syscall(SYS_mkdir, path, mode);
  struct stat made;
  inside++;
  if (!status && is_below(path) && !stat(path, &made))
    note("mkdir %s %lu\n", path, (unsigned long)made.st_ino);
  inside--;
  return status;
}

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  int is_counted = is_below(path);
  if (is_counted && count(flags & O_CREAT ? "create" : "open", path, flags) == FAIL) return -1;
  struct stat status;
  inside++;
  int was_there = is_counted && !lstat(path, &status);
  inside--;
  int file = (int)syscall(SYS_openat, folder, path, flags, mode);
  if (file < 0 || file >= FILES_MAX) return file;
  ours[file] = (unsigned char)is_counted;
  if (is_counted && (flags & O_CREAT) && !was_there) note("create %s %lu\n", path, inode(file));
  else if (is_counted && (flags & O_TRUNC)) note("trunc %lu 0\n", inode(file));
  return file;
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    mode_t mode = 0; \
    if (flags & O_CREAT) { \
      va_list list; \
      va_start(list, flags); \
      mode = va_arg(list, mode_t); \
      va_end(list); \
    } \
    return open_at(AT_FDCWD, path, flags, mode); \
  }
OPEN(open)
OPEN(open64)
#define OPENAT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    mode_t mode = 0; \
    if (flags & O_CREAT) { \
      va_list list; \
      va_start(list, flags); \
      mode = va_arg(list, mode_t); \
      va_end(list); \
    } \
    return open_at(folder, path, flags, mode); \
  }
OPENAT(openat)
OPENAT(openat64)

int close(int file) {
  if (file >= 0 && file < FILES_MAX) ours[file] = file == 1;
  return (int)syscall(SYS_close, file);
}

DIR *opendir(const char *path) {
  REAL(DIR *, opendir, const char *);
  if (is_below(path) && count("opendir", path, 0) == FAIL) return NULL;
  return real(path);
}

int access(const char *path, int mode) {
  COUNTED_PATH("access", path);
  return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}
int stat(const char *path, struct stat *status) {
  REAL(int, stat, const char *, struct stat *);
  if (!inside) COUNTED_PATH("stat", path);
  return real(path, status);
}
int lstat(const char *path, struct stat *status) {
  REAL(int, lstat, const char *, struct stat *);
  if (!inside) COUNTED_PATH("lstat", path);
  return real(path, status);
}

// MARK: Reading and locking

ssize_t pread(int file, void *bytes, size_t size, off_t offset) {
  COUNTED("pread", file, (long)size);
  return syscall(SYS_pread64, file, bytes, todo == SHORT ? (size + 1) / 2 : size, offset);
}
ssize_t pread64(int file, void *bytes, size_t size, off64_t offset) {
  return pread(file, bytes, size, offset);
}
ssize_t read(int file, void *bytes, size_t size) {
  COUNTED("read", file, (long)size);
  return syscall(SYS_read, file, bytes, todo == SHORT ? (size + 1) / 2 : size);
}
int flock(int file, int operation) {
  COUNTED("flock", file, operation);
  return (int)syscall(SYS_flock, file, operation);
}

int usleep(useconds_t time) {
  REAL(int, usleep, useconds_t);
  return is_hurried ? 0 : real(time);
}

// MARK: Memory

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
  REAL(void *, mmap, void *, size_t, int, int, int, off_t);
  if (!inside && root_count && (is_ours(file) || is_lender(__builtin_return_address(0))))
    if (count("mmap", file < 0 ? "memory" : "file", (long)size) == FAIL) return MAP_FAILED;
  return real(address, size, protection, flags, file, offset);
}
void *mmap64(void *address, size_t size, int protection, int flags, int file, off64_t offset) {
  REAL(void *, mmap64, void *, size_t, int, int, int, off64_t);
  if (!inside && root_count && (is_ours(file) || is_lender(__builtin_return_address(0))))
    if (count("mmap", file < 0 ? "memory" : "file", (long)size) == FAIL) return MAP_FAILED;
  return real(address, size, protection, flags, file, offset);
}

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
#define LENT(size) \
  if (!inside && lender_count && is_lender(__builtin_return_address(0))) \
    if (count("malloc", "memory", (long)(size)) == FAIL) return NULL
void *malloc(size_t size) {
  LENT(size);
  return __libc_malloc(size);
}
void *calloc(size_t many, size_t size) {
  LENT(many * size);
  return __libc_calloc(many, size);
}
void *realloc(void *memory, size_t size) {
  LENT(size);
  return __libc_realloc(memory, size);
}
