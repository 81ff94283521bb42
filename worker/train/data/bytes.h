// A byte buffer whose memory is not set to 0 before it is written: of a dataset's tens of
// megabytes, that would take as long as reading them.
#ifndef NEPA_WORKER_TRAIN_DATA_BYTES_H_
#define NEPA_WORKER_TRAIN_DATA_BYTES_H_

#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace nepa::data {

// std::allocator, but what a vector makes room for without a value has none.
template <typename T>
struct WithoutValue : std::allocator<T> {
  template <typename U>
  struct rebind {
    using other = WithoutValue<U>;
  };
  template <typename U>
  void construct(U* place) {
    ::new (static_cast<void*>(place)) U;
  }
  template <typename U, typename... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
  }
};

using Bytes = std::vector<char, WithoutValue<char>>;

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_BYTES_H_
