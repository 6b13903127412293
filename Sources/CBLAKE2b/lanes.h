// The walk through a batch, LANES messages at once. Whoever includes this defines before:
//   LANES, and TARGET, the attribute that lets a function use the machine's vectors;
//   words, a vector of LANES words of 64 bits;
//   transpose(rows, columns), which makes word `i` of every row the vector `columns[i]`.

/// Compresses one block of every lane into the lanes of `state`.
TARGET static inline void compress(
  words *state,
  const uint8_t *const *blocks,
  words taken_bytes,
  words last_mask
) {
  words m[16], v[16];
  for (size_t place = 0; place < 16; place += LANES) {
    words rows[LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
      memcpy(&rows[lane], blocks[lane] + 8 * place, sizeof(words));
    }
    transpose(rows, &m[place]);
  }
  for (size_t place = 0; place < 8; place++) {
    v[place] = state[place];
    v[place + 8] = (words){0} + initial[place];
  }
  v[12] ^= taken_bytes;
  v[14] ^= last_mask;
  TWELVE_ROUNDS(v, m)
  for (size_t place = 0; place < 8; place++) state[place] ^= v[place] ^ v[place + 8];
}

/// The messages under way, one in each lane.
///
/// A lane whose message is done takes the next of the batch at once, so messages of any lengths
/// keep all lanes busy. When the batch is used up, lanes stay idle: what they compute is not looked
/// at. The last message under way goes on alone.
TARGET static inline void walk(const struct batch *batch) {
  union {
    words vectors[8];
    uint64_t words[8][LANES];
  } state;
  union {
    words vector;
    uint64_t words[LANES];
  } taken_bytes = {0}, last_mask = {0};
  struct message messages[LANES];
  bool is_busy[LANES] = {0};
  uint8_t padded[LANES][block_bytes] __attribute__((aligned(64))) = {0};
  const uint8_t *blocks[LANES];
  size_t begun = 0, busy = 0;

  for (size_t lane = 0; lane < LANES; lane++) {
    for (size_t place = 0; place < 8; place++) state.words[place][lane] = batch->start[place];
    blocks[lane] = padded[lane];
    if (begun == batch->count) continue;
    messages[lane] = message_of(batch, begun++);
    is_busy[lane] = true;
    busy++;
  }
  while (busy > 1) {
    for (size_t lane = 0; lane < LANES; lane++) {
      if (!is_busy[lane]) continue;
      bool is_last;
      blocks[lane] = next_block(&messages[lane], padded[lane], &is_last);
      taken_bytes.words[lane] = messages[lane].taken_bytes;
      last_mask.words[lane] = is_last ? UINT64_MAX : 0;
    }
    compress(state.vectors, blocks, taken_bytes.vector, last_mask.vector);
    for (size_t lane = 0; lane < LANES; lane++) {
      if (!is_busy[lane] || last_mask.words[lane] == 0) continue;
      uint64_t *output = batch->outputs + messages[lane].number * digest_words;
      for (size_t place = 0; place < digest_words; place++) {
        output[place] = state.words[place][lane];
      }
      if (begun < batch->count) {
        messages[lane] = message_of(batch, begun++);
        for (size_t place = 0; place < 8; place++) state.words[place][lane] = batch->start[place];
      } else {
        blocks[lane] = padded[lane];
        is_busy[lane] = false;
        busy--;
      }
    }
  }
  for (size_t lane = 0; lane < LANES; lane++) {
    if (!is_busy[lane]) continue;
    uint64_t alone[8];
    for (size_t place = 0; place < 8; place++) alone[place] = state.words[place][lane];
    blake2b_finish_alone(batch, messages[lane], alone);
  }
}
