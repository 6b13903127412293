// Eight messages at once, with AVX-512.

#if defined(__x86_64__)

#include "blake2b.h"

#define LANES 8
#define TARGET __attribute__((target("avx512f")))

typedef uint64_t words __attribute__((vector_size(64)));

TARGET static inline void transpose(const words *rows, words *columns) {
  words pairs[8], fours[8];
  for (size_t row = 0; row < 8; row += 2) {
    const words upper = rows[row], lower = rows[row + 1];
    pairs[row] = __builtin_shufflevector(upper, lower, 0, 8, 2, 10, 4, 12, 6, 14);
    pairs[row + 1] = __builtin_shufflevector(upper, lower, 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (size_t half = 0; half < 8; half += 4) {
    for (size_t odd = 0; odd < 2; odd++) {
      const words upper = pairs[half + odd], lower = pairs[half + odd + 2];
      fours[half + odd] = __builtin_shufflevector(upper, lower, 0, 1, 8, 9, 4, 5, 12, 13);
      fours[half + odd + 2] = __builtin_shufflevector(upper, lower, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (size_t column = 0; column < 4; column++) {
    const words upper = fours[column], lower = fours[column + 4];
    columns[column] = __builtin_shufflevector(upper, lower, 0, 1, 2, 3, 8, 9, 10, 11);
    columns[column + 4] = __builtin_shufflevector(upper, lower, 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

#include "lanes.h"

TARGET void blake2b_eight(const struct batch *batch) { walk(batch); }

#endif
