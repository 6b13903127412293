// Four messages at once, with AVX2.

#if defined(__x86_64__)

#include "blake2b.h"

#define LANES 4
#define TARGET __attribute__((target("avx2")))

typedef uint64_t words __attribute__((vector_size(32)));

TARGET static inline void transpose(const words *rows, words *columns) {
  const words a = __builtin_shufflevector(rows[0], rows[1], 0, 4, 2, 6);
  const words b = __builtin_shufflevector(rows[0], rows[1], 1, 5, 3, 7);
  const words c = __builtin_shufflevector(rows[2], rows[3], 0, 4, 2, 6);
  const words d = __builtin_shufflevector(rows[2], rows[3], 1, 5, 3, 7);
  columns[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  columns[1] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  columns[2] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  columns[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

#include "lanes.h"

TARGET void blake2b_four(const struct batch *batch) { walk(batch); }

#endif
