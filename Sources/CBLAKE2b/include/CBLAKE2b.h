// BLAKE2b-256 (RFC 7693) of many messages at once: unkeyed, unsalted, personalised.
//
// A vector register holds the same word of several messages, one message in each lane, so the
// rounds of all of them cost what the rounds of one cost. How many lanes there are is the width.
//
// For public bytes only: nothing is wiped, and lengths show in the time taken.

#ifndef COTERIE_CBLAKE2B_H
#define COTERIE_CBLAKE2B_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this machine can hash `width` messages at once: 1 always, 4 with AVX2, 8 with AVX-512.
bool coterie_blake2b_has_width(size_t width);

/// Hashes `count` messages of any lengths, `width` at a time; each gets the value it has alone.
///
/// The 32 bytes of the four words `outputs[4 * i]` and following become the hash of the
/// `lengths[i]` bytes at `inputs[i]`. Nothing beyond the bytes is read, and an address of no bytes
/// is not looked at. Takes no memory but a few KB of stack. The machine must have the width.
void coterie_blake2b_many(
  size_t width,
  const uint8_t *const *inputs,
  const size_t *lengths,
  size_t count,
  const uint8_t *personal,
  uint64_t *outputs
);

#endif
