// A model that `nabla export model.safetensors --to model.wasm` wrote, run without JavaScript:
//
//   g++ -O2 -std=c++17 predict.cpp -lwabt -o predict
//   ./predict model.wasm < rows.f32 > outputs.f32        rows of float32, one after the other
//   ./predict model.wasm --bytes < rows.u8 > outputs.f32     rows of bytes, which the model scales
//   ./predict model.wasm --steps < steps.f32 > outputs.f32   of `nabla export --stream`: the steps of a sequence, one by one
//
// Before anything runs, the file is checked by the SHA-256 it ends with (digest.h): a file with a changed bit is refused.
//
// Needs wabt's library (in Debian: the package wabt).

#include <algorithm>

#include "digest.h"
#include "wasm.h"

int main(int count, char** words) {
  const bool bytes = count == 3 && std::string(words[2]) == "--bytes";
  const bool steps = count == 3 && std::string(words[2]) == "--steps";
  if (count != 2 && !bytes && !steps) fail("usage: predict MODEL.wasm [--bytes | --steps] < rows > outputs");
  if (!wholeExport(readFile(words[1]))) fail(std::string(words[1]) + ": damaged, or not exported by nabla; export the model again");
  Wasm model(words[1]);
  const uint32_t width = model.call("inputs"), units = model.call("outputs"), most = steps ? 1 : model.call("maxRows");
  const size_t row = size_t(width) * (bytes ? 1 : 4);

  std::vector<char> rows;
  for (char part[65536]; size_t n = std::fread(part, 1, sizeof part, stdin);) rows.insert(rows.end(), part, part + n);
  if (rows.empty() || rows.size() % row)
    fail("expected rows of " + std::to_string(row) + " bytes, got " + std::to_string(rows.size()) + " bytes");

  for (size_t from = 0, total = rows.size() / row; from < total; from += most) {
    const uint32_t n = std::min<size_t>(most, total - from);
    std::memcpy(model.at(model.call("input"), n * row), &rows[from * row], n * row);
    if (model.call(bytes ? "predictBytes" : steps ? "step" : "predict", {n}) != n) fail("the model refused its input");
    std::fwrite(model.at(model.call("output"), size_t(n) * units * 4), 4, size_t(n) * units, stdout);
  }
}
