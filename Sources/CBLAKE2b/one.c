// One message at a time, on any machine.

#include "blake2b.h"

static uint64_t word(const uint8_t *bytes) {
  uint64_t word = 0;
  for (size_t place = 0; place < 8; place++) word |= (uint64_t)bytes[place] << (8 * place);
  return word;
}

static void compress(uint64_t *state, const uint8_t *block, uint64_t taken_bytes, bool is_last) {
  uint64_t m[16], v[16];
  for (size_t place = 0; place < 16; place++) m[place] = word(block + 8 * place);
  for (size_t place = 0; place < 8; place++) {
    v[place] = state[place];
    v[place + 8] = initial[place];
  }
  v[12] ^= taken_bytes;
  if (is_last) v[14] = ~v[14];
  TWELVE_ROUNDS(v, m)
  for (size_t place = 0; place < 8; place++) state[place] ^= v[place] ^ v[place + 8];
}

void blake2b_finish_alone(const struct batch *batch, struct message message, uint64_t *state) {
  uint8_t padded[block_bytes];
  bool is_last = false;
  while (!is_last) {
    const uint8_t *block = next_block(&message, padded, &is_last);
    compress(state, block, message.taken_bytes, is_last);
  }
  memcpy(batch->outputs + message.number * digest_words, state, digest_bytes);
}

void blake2b_one(const struct batch *batch) {
  for (size_t number = 0; number < batch->count; number++) {
    uint64_t state[8];
    memcpy(state, batch->start, sizeof state);
    blake2b_finish_alone(batch, message_of(batch, number), state);
  }
}
