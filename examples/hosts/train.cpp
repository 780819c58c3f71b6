// A network learns XOR in the training core, without JavaScript: train.mjs in C++. docs/host.md explains every line.
//
//   g++ -O2 -std=c++17 train.cpp -lwabt -o train
//   ./train core.wasm [steps]        prints the last loss, outputs and weights as they lie in memory: float32, hexadecimal

#include "wasm.h"

const uint32_t HIDDEN = 8, ROWS = 4;

uint32_t ld(uint32_t n) { return (n + 3) / 4 * 4; }       // values from one row to the next
uint32_t line(uint32_t n) { return (n + 63) / 64 * 64; }  // ranges begin at multiples of 64 bytes

uint32_t bits(float value) {
  uint32_t out;
  std::memcpy(&out, &value, 4);
  return out;
}

/** Memory is handed out from here on. */
struct Place {
  uint32_t end;
  uint32_t operator()(uint32_t bytes) {
    const uint32_t at = end;
    end += line(bytes);
    return at;
  }
};

struct Parameters {
  uint32_t start, w1, b1, w2, b2, floats;
  explicit Parameters(Place& place) : start(place.end) {
    w1 = place(2 * ld(HIDDEN) * 4), b1 = place(ld(HIDDEN) * 4);
    w2 = place(HIDDEN * ld(1) * 4), b2 = place(ld(1) * 4);
    floats = (place.end - start) / 4;
  }
};

int main(int count, char** words) {
  if (count < 2) fail("usage: train core.wasm [steps]");
  const int steps = count > 2 ? std::atoi(words[2]) : 2000;
  Wasm core(words[1]);

  Place place{line(core.global("BASE"))};
  Parameters p(place), g(place);
  auto map = [&](uint32_t units) { return place(ROWS * ld(units) * 4); };
  const uint32_t x = map(2), y = map(1), hidden = map(HIDDEN), z = map(1), a = map(1);
  const uint32_t losses = place(ROWS * 4), dz = map(1), dhidden = map(HIDDEN), wt = place(ld(HIDDEN) * 4);
  const uint32_t scratch = place(core.global("OUTER_SCRATCH")), step = place(64), plain = place(256);

  // the tape: pairs of a kernel's number and its record, whose fields take four bytes each
  std::vector<uint32_t> instructions, records;
  auto emit = [&](const char* kernel, const std::vector<uint32_t>& fields) {
    instructions.push_back(core.global(kernel));
    instructions.push_back(place.end + records.size() * 4);
    records.insert(records.end(), fields.begin(), fields.end());
  };
  emit("DENSE_FORWARD", {hidden, x, p.w1, p.b1, 2, HIDDEN});
  emit("TANH_FORWARD", {hidden, hidden, HIDDEN, 0});
  emit("DENSE_FORWARD", {z, hidden, p.w2, p.b2, HIDDEN, 1});
  emit("BINARY_CROSSENTROPY_SIGMOID", {losses, dz, a, z, y, 0, step, 1, bits(1)});
  emit("LOSS_REDUCE", {losses, step});
  emit("DENSE_WEIGHTS", {g.w2, g.b2, hidden, dz, scratch, step, HIDDEN, 1});
  emit("DENSE_TRANSPOSE", {wt, p.w2, HIDDEN, 1});
  emit("DENSE_INPUT", {dhidden, dz, wt, HIDDEN, 1});
  emit("TANH_BACKWARD", {dhidden, dhidden, hidden, HIDDEN, 0});
  emit("DENSE_WEIGHTS", {g.w1, g.b1, x, dhidden, scratch, step, 2, HIDDEN});
  emit("SGD", {p.start, g.start, p.floats, step});
  const uint32_t at = place(records.size() * 4), tape = place(instructions.size() * 4);

  core.reserve(place.end);
  auto put = [&](uint32_t offset, const void* values, size_t bytes) { std::memcpy(core.at(offset, bytes), values, bytes); };
  put(at, records.data(), records.size() * 4);
  put(tape, instructions.data(), instructions.size() * 4);

  // weights between -1 and 1, by the rule of train.mjs
  uint32_t state = 1;
  auto draw = [&](uint32_t n) {
    std::vector<float> values(n);
    for (auto& value : values) value = ((state = state * 1664525 + 1013904223) >> 8) / 8388608.0 - 1;
    return values;
  };
  auto kernel = [&](uint32_t to, uint32_t inputs, uint32_t units) {
    const auto values = draw(inputs * units);
    put(plain, values.data(), values.size() * 4);
    core.call("packWeights", {to, plain, inputs, units, units});
  };
  kernel(p.w1, 2, HIDDEN);
  put(p.b1, draw(HIDDEN).data(), HIDDEN * 4);
  kernel(p.w2, HIDDEN, 1);
  put(p.b2, draw(1).data(), 4);
  for (uint32_t row = 0; row < ROWS; row++) {
    const float in[] = {float(row >> 1), float(row & 1)}, out = float((row >> 1) ^ (row & 1));
    put(x + row * ld(2) * 4, in, 8);
    put(y + row * ld(1) * 4, &out, 4);
  }

  for (int s = 0; s < steps; s++) {
    const uint32_t settings[] = {bits(0.5f), bits(1.0f / ROWS), uint32_t(s), 0};  // rate, scale, step, status
    put(step, settings, sizeof settings);
    const uint32_t all = instructions.size() / 2;
    if (core.call("run", {tape, 0, all, ROWS, step}) != all) fail("the loss is not finite");
  }

  auto print = [&](const char* name, uint32_t offset, uint32_t n) {
    std::printf("%s", name);
    for (uint32_t i = 0; i < n; i++) {
      uint32_t value;
      std::memcpy(&value, core.at(offset + i * 4, 4), 4);
      std::printf(" %08x", value);
    }
    std::printf("\n");
  };
  print("loss", step + 16, 1);
  for (uint32_t row = 0; row < ROWS; row++) print("output", a + row * ld(1) * 4, 1);
  core.call("unpackWeights", {plain, p.w1, 2, HIDDEN, HIDDEN});
  print("w1", plain, 2 * HIDDEN);
  print("b1", p.b1, HIDDEN);
  core.call("unpackWeights", {plain, p.w2, HIDDEN, 1, 1});
  print("w2", plain, HIDDEN);
  print("b2", p.b2, 1);
}
