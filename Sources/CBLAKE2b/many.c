// The choice of the width.

#include "CBLAKE2b.h"
#include "blake2b.h"

bool coterie_blake2b_has_width(size_t width) {
  switch (width) {
  case 1: return true;
#if defined(__x86_64__)
  case 4: return __builtin_cpu_supports("avx2");
  case 8: return __builtin_cpu_supports("avx512f");
#endif
  default: return false;
  }
}

void coterie_blake2b_many(
  size_t width,
  const uint8_t *const *inputs,
  const size_t *lengths,
  size_t count,
  const uint8_t *personal,
  uint64_t *outputs
) {
  if (!coterie_blake2b_has_width(width)) __builtin_trap();
  struct batch batch = {
    .inputs = inputs,
    .lengths = lengths,
    .count = count,
    .outputs = outputs,
  };
  memcpy(batch.start, initial, sizeof initial);
  // The parameter block of RFC 7693 §2.8: 32 bytes of digest, fanout and depth 1, personalisation.
  batch.start[0] ^= 0x01010000 ^ digest_bytes;
  for (size_t place = 0; place < 16; place++) {
    batch.start[6 + place / 8] ^= (uint64_t)personal[place] << (8 * (place % 8));
  }
  switch (width) {
#if defined(__x86_64__)
  case 4: blake2b_four(&batch); break;
  case 8: blake2b_eight(&batch); break;
#endif
  default: blake2b_one(&batch);
  }
}
