#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "common/io/write_all.h"
#include "worker/train/model/safetensors.h"
#include "worker/train/model/safetensors_dtype.h"

namespace nepa::model {
namespace {

using nlohmann::ordered_json;

// The header with its length before it, padded with spaces so that the data starts at a multiple of
// eight bytes.
absl::StatusOr<std::string> MakeHeader(const std::string& path, const TensorMap& tensors) {
  ordered_json header;
  header["__metadata__"] = {{"format", "pt"}};
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const at::ScalarType type = tensor.scalar_type();
    const auto* dtype = std::find_if(std::begin(kSafetensorsDtypes), std::end(kSafetensorsDtypes),
                                     [&](const SafetensorsDtype& d) { return d.type == type; });
    if (dtype == std::end(kSafetensorsDtypes)) {
      return absl::InvalidArgumentError(absl::StrCat("writing ", path, ": tensor \"", name,
                                                     "\" has a dtype that the format lacks"));
    }
    const uint64_t end = offset + tensor.nbytes();
    header[name] = {
        {"dtype", dtype->name}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + text;
}

}  // namespace

absl::Status WriteSafetensors(const std::string& path, const TensorMap& tensors) {
  NEPA_ASSIGN_OR_RETURN(const std::string header, MakeHeader(path, tensors));
  return io::WriteFileAtomically(path, [&](int fd) -> absl::Status {
    NEPA_RETURN_IF_ERROR(io::WriteAll(fd, header, path));
    for (const auto& [name, tensor] : tensors) {
      const at::Tensor plain = tensor.detach().cpu().contiguous();
      NEPA_RETURN_IF_ERROR(
          io::WriteAll(fd, {static_cast<const char*>(plain.data_ptr()), plain.nbytes()}, path));
    }
    return absl::OkStatus();
  });
}

absl::Status WriteSafetensors(const std::string& path, const std::vector<NamedTensor>& tensors) {
  TensorMap by_name;
  for (const NamedTensor& tensor : tensors) by_name.emplace(tensor.name, tensor.tensor);
  return WriteSafetensors(path, by_name);
}

}  // namespace nepa::model
