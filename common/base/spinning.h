// How long the threads of OpenMP spin before they sleep, in every process of ours that computes.
//
// By default they spin for milliseconds. On processors that something else uses too, each spins
// while the one it waits for is not running, and training takes several times as long; some
// microseconds of spinning keep the gain without the loss. The library reads the setting from the
// environment when it is loaded, so whoever starts such a process sets it, unless kWaitPolicy says
// what the user wants; a process started without either starts itself once more.
#ifndef NEPA_COMMON_BASE_SPINNING_H_
#define NEPA_COMMON_BASE_SPINNING_H_

namespace nepa {

inline constexpr char kSpinVariable[] = "GOMP_SPINCOUNT";
inline constexpr char kSpins[] = "1000";  // some microseconds
inline constexpr char kWaitPolicy[] = "OMP_WAIT_POLICY";

}  // namespace nepa

#endif  // NEPA_COMMON_BASE_SPINNING_H_
