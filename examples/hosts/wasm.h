// A WebAssembly module in wabt's interpreter: what the C++ programs here need of a host. Any other runtime has the same few calls.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <wabt/binary-reader.h>
#include <wabt/interp/binary-reader-interp.h>
#include <wabt/interp/interp.h>

[[noreturn]] inline void fail(const std::string& problem) {
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::exit(1);
}

/** A file's bytes. Ends the program where it cannot be read. */
inline std::vector<char> readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path + ": cannot be read");
  return std::vector<char>((std::istreambuf_iterator<char>(file)), {});
}

class Wasm {
 public:
  explicit Wasm(const std::string& path) : store_(wabt::Features{}) {
    const std::vector<char> bytes = readFile(path);
    wabt::Errors errors;
    wabt::interp::ModuleDesc module;
    wabt::ReadBinaryOptions options;
    if (Failed(ReadBinaryInterp(path, bytes.data(), bytes.size(), options, &errors, &module)))
      fail(path + ": " + (errors.empty() ? "no WebAssembly module" : errors[0].message));
    for (const auto& item : module.exports) exports_.push_back(item.type);
    auto compiled = wabt::interp::Module::New(store_, std::move(module));
    wabt::interp::Trap::Ptr trap;
    instance_ = wabt::interp::Instance::Instantiate(store_, compiled.ref(), {}, &trap);
    if (!instance_) fail(path + ": " + trap->message());
    memory_ = store_.UnsafeGet<wabt::interp::Memory>(find("memory"));
  }

  /** Calls a function that takes and gives 32-bit integers. */
  uint32_t call(const std::string& name, const std::vector<uint32_t>& arguments = {}) {
    auto function = store_.UnsafeGet<wabt::interp::Func>(find(name));
    wabt::interp::Values given, result;
    for (auto value : arguments) given.push_back(wabt::interp::Value::Make(value));
    wabt::interp::Trap::Ptr trap;
    if (Failed(function->Call(store_, given, result, &trap))) fail(name + ": " + trap->message());
    return result.empty() ? 0 : result[0].Get<wabt::interp::u32>();
  }

  uint32_t global(const std::string& name) {
    return store_.UnsafeGet<wabt::interp::Global>(find(name))->Get().Get<wabt::interp::u32>();
  }

  /** Where a stretch of linear memory lies. Ends the program where the module has less memory. */
  void* at(uint32_t offset, size_t bytes) {
    if (offset > memory_->ByteSize() || bytes > memory_->ByteSize() - offset) fail("beyond linear memory");
    return memory_->UnsafeData() + offset;
  }

  /** Makes at least so many bytes addressable. */
  void reserve(uint64_t bytes) {
    const uint64_t page = 65536, now = memory_->ByteSize();
    if (bytes > now && Failed(memory_->Grow((bytes - now + page - 1) / page))) fail("not enough memory");
  }

 private:
  wabt::interp::Ref find(const std::string& name) {
    for (size_t i = 0; i < exports_.size(); i++)
      if (exports_[i].name == name) return instance_->exports()[i];
    fail("the module has no export " + name);
  }

  wabt::interp::Store store_;
  std::vector<wabt::interp::ExportType> exports_;
  wabt::interp::Instance::Ptr instance_;
  wabt::interp::Memory::Ptr memory_;
};
