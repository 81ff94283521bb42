// The dtypes of safetensors files (kDtypeNames of safetensors_header.h) as LibTorch's.
#ifndef NEPA_WORKER_TRAIN_MODEL_SAFETENSORS_DTYPE_H_
#define NEPA_WORKER_TRAIN_MODEL_SAFETENSORS_DTYPE_H_

#include <c10/core/ScalarType.h>

#include <iterator>
#include <string_view>

#include "worker/train/model/safetensors_header.h"

namespace nepa::model {

struct SafetensorsDtype {
  std::string_view name;
  c10::ScalarType type;
};

inline constexpr SafetensorsDtype kSafetensorsDtypes[] = {
    {"F32", c10::ScalarType::Float}, {"F64", c10::ScalarType::Double},
    {"F16", c10::ScalarType::Half},  {"BF16", c10::ScalarType::BFloat16},
    {"I64", c10::ScalarType::Long},  {"I32", c10::ScalarType::Int},
    {"I16", c10::ScalarType::Short}, {"I8", c10::ScalarType::Char},
    {"U8", c10::ScalarType::Byte},   {"BOOL", c10::ScalarType::Bool},
};

constexpr bool NameTheSameDtypes() {
  for (size_t i = 0; i < std::size(kDtypeNames); ++i) {
    if (kSafetensorsDtypes[i].name != kDtypeNames[i].name) return false;
  }
  return std::size(kSafetensorsDtypes) == std::size(kDtypeNames);
}
static_assert(NameTheSameDtypes());

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_SAFETENSORS_DTYPE_H_
