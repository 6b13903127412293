// What every width shares: the constants and rounds of RFC 7693, and the walk through a message.

#ifndef COTERIE_BLAKE2B_H
#define COTERIE_BLAKE2B_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
  block_bytes = 128,
  digest_bytes = 32,
  digest_words = 4,
};

// The initial values of RFC 7693 §2.6.
static const uint64_t initial[8] = {
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

#define ROTATED(x, bits) (((x) >> (bits)) | ((x) << (64 - (bits))))

// The steps of the mixing function of §3.1, for one word as for a vector of words: each for four
// columns (or diagonals) of `v` before the next, so that no step waits for the one before it.
#define ADD(v, b0, b1, b2, b3, w, x, y, z) \
  v[0] = v[0] + (w) + v[b0];               \
  v[1] = v[1] + (x) + v[b1];               \
  v[2] = v[2] + (y) + v[b2];               \
  v[3] = v[3] + (z) + v[b3];
#define TURN(v, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3, first, second) \
  v[d0] = ROTATED(v[d0] ^ v[0], first);                                        \
  v[d1] = ROTATED(v[d1] ^ v[1], first);                                        \
  v[d2] = ROTATED(v[d2] ^ v[2], first);                                        \
  v[d3] = ROTATED(v[d3] ^ v[3], first);                                        \
  v[c0] = v[c0] + v[d0];                                                       \
  v[c1] = v[c1] + v[d1];                                                       \
  v[c2] = v[c2] + v[d2];                                                       \
  v[c3] = v[c3] + v[d3];                                                       \
  v[b0] = ROTATED(v[b0] ^ v[c0], second);                                      \
  v[b1] = ROTATED(v[b1] ^ v[c1], second);                                      \
  v[b2] = ROTATED(v[b2] ^ v[c2], second);                                      \
  v[b3] = ROTATED(v[b3] ^ v[c3], second);

// One round of §3.2: the columns, then the diagonals.
#define ROUND(v, m, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15) \
  ADD(v, 4, 5, 6, 7, m[s0], m[s2], m[s4], m[s6])                                          \
  TURN(v, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 32, 24)                               \
  ADD(v, 4, 5, 6, 7, m[s1], m[s3], m[s5], m[s7])                                          \
  TURN(v, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 63)                               \
  ADD(v, 5, 6, 7, 4, m[s8], m[s10], m[s12], m[s14])                                       \
  TURN(v, 5, 6, 7, 4, 10, 11, 8, 9, 15, 12, 13, 14, 32, 24)                               \
  ADD(v, 5, 6, 7, 4, m[s9], m[s11], m[s13], m[s15])                                       \
  TURN(v, 5, 6, 7, 4, 10, 11, 8, 9, 15, 12, 13, 14, 16, 63)

// The twelve rounds with the message schedule of §2.7, whose first two rows come again at the end.
#define TWELVE_ROUNDS(v, m)                                              \
  ROUND(v, m, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)      \
  ROUND(v, m, 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)      \
  ROUND(v, m, 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)      \
  ROUND(v, m, 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)      \
  ROUND(v, m, 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)      \
  ROUND(v, m, 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)      \
  ROUND(v, m, 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)      \
  ROUND(v, m, 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)      \
  ROUND(v, m, 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)      \
  ROUND(v, m, 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)      \
  ROUND(v, m, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)      \
  ROUND(v, m, 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)

/// What is to be hashed, and the words with which every message starts.
struct batch {
  const uint8_t *const *inputs;
  const size_t *lengths;
  size_t count;
  uint64_t *outputs;
  uint64_t start[8];
};

/// A message on its way: which of the batch it is, and what of it was not taken yet.
struct message {
  size_t number;
  const uint8_t *rest;
  size_t rest_bytes;
  uint64_t taken_bytes;
};

static inline struct message message_of(const struct batch *batch, size_t number) {
  return (struct message){
    .number = number,
    .rest = batch->inputs[number],
    .rest_bytes = batch->lengths[number],
    .taken_bytes = 0,
  };
}

/// Takes the next block: in place if it is full, else copied to `padded` and filled with zeros.
static inline const uint8_t *next_block(struct message *message, uint8_t *padded, bool *is_last) {
  const uint8_t *block = message->rest;
  *is_last = message->rest_bytes <= block_bytes;
  if (message->rest_bytes >= block_bytes) {
    message->rest += block_bytes;
    message->rest_bytes -= block_bytes;
    message->taken_bytes += block_bytes;
    return block;
  }
  memset(padded, 0, block_bytes);
  if (message->rest_bytes > 0) memcpy(padded, block, message->rest_bytes);
  message->taken_bytes += message->rest_bytes;
  message->rest_bytes = 0;
  return padded;
}

/// Goes through what is left of one message alone, and writes its hash.
void blake2b_finish_alone(const struct batch *batch, struct message message, uint64_t *state);

/// One after the other, four and eight at once: `coterie_blake2b_many` of one width each.
void blake2b_one(const struct batch *batch);
#if defined(__x86_64__)
void blake2b_four(const struct batch *batch);
void blake2b_eight(const struct batch *batch);
#endif

#endif
