// Errors: one exception type, raised only at the boundary, with one sentence that has the numbers.
//
//   pool_into: output is 4 x 512, policy rmac on 4 x 256 x 24 x 32 needs 4 x 256
//
// Without exceptions (-fno-exceptions) the handler is called instead; it must not return. A program may install its
// own with set_error_handler in either mode; with exceptions on, the default handler throws cnnpool::error.
#pragma once

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>

#include "../config.hpp"

namespace cnnpool::inline CNNPOOL_VERSION_NAMESPACE {

/// What the library throws. what() is one sentence: `function: what is wrong (the numbers), what was expected`.
class error : public std::exception {
 public:
  explicit error(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Called with the sentence; must not return (throw, longjmp, end the program).
using error_handler = void (*)(const char* message);

/// The handler for all objects of this executable or shared library; null: the default of the object that raises.
/// Hidden: a symbol that is unique in a process would keep a plugin from being unloaded.
#if defined(__GNUC__) || defined(__clang__)
__attribute__((visibility("hidden")))
#endif
inline std::atomic<error_handler> installed_error_handler{nullptr};

}  // namespace cnnpool::inline CNNPOOL_VERSION_NAMESPACE

namespace cnnpool::inline CNNPOOL_VARIANT {

inline void default_error_handler(const char* message) {
#if CNNPOOL_HAS_EXCEPTIONS
  throw error(message);
#else
  std::fputs(message, stderr);
  std::fputc('\n', stderr);
  std::abort();
#endif
}

namespace detail {
/// The return type of a function that must not be called (CNNPOOL_UNAVAILABLE): with void, clang would complain of that
/// first.
struct nothing {};

/// Not std::to_string: its table of digits is a symbol that is unique in a process, which keeps a plugin from being
/// unloaded.
template <class N>
  requires std::is_integral_v<N>
std::string decimal(N number) {
  char buffer[24];
  if constexpr (std::is_signed_v<N>) std::snprintf(buffer, sizeof buffer, "%lld", static_cast<long long>(number));
  else std::snprintf(buffer, sizeof buffer, "%llu", static_cast<unsigned long long>(number));
  return buffer;
}

inline void append(std::string& text, std::string_view piece) { text += piece; }
inline void append(std::string& text, const char* piece) { text += piece; }
template <class N>
  requires std::is_arithmetic_v<N>
void append(std::string& text, N number) {
  if constexpr (std::is_floating_point_v<N>) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%g", static_cast<double>(number));
    text += buffer;
  } else {
    text += decimal(number);
  }
}

class error_context;
/// The innermost of this thread. Hidden as above; without a destructor, which would keep a plugin too.
#if defined(__GNUC__) || defined(__clang__)
__attribute__((visibility("hidden")))
#endif
inline constinit thread_local const error_context* innermost_context = nullptr;

/// What comes in front of every sentence that this thread raises while it lives: where the fault lies.
/// f(text) appends it, and is called only then.
class error_context {
 public:
  template <class F>
  explicit error_context(const F& f)
      : outer_(innermost_context), f_(&f), append_([](const void* which, std::string& text) {
          (*static_cast<const F*>(which))(text);
        }) {
    innermost_context = this;
  }
  ~error_context() { innermost_context = outer_; }
  error_context(const error_context&) = delete;
  error_context& operator=(const error_context&) = delete;

  void append(std::string& text) const {
    if (outer_ != nullptr) outer_->append(text);
    append_(f_, text);
  }

 private:
  const error_context* outer_;
  const void* f_;
  void (*append_)(const void*, std::string&);
};
}  // namespace detail

/// Replaces the handler for the whole executable or shared library and returns the previous one. nullptr restores the
/// default.
inline error_handler set_error_handler(error_handler handler) {
  const error_handler before = installed_error_handler.exchange(handler == &default_error_handler ? nullptr : handler);
  return before == nullptr ? &default_error_handler : before;
}

namespace detail {
/// Apart, since every sentence is a template of its own.
[[noreturn, gnu::noinline]] inline void hand_over(std::string& message) {
  if (innermost_context != nullptr) {
    std::string where;
    innermost_context->append(where);
    message.insert(0, where);
    innermost_context = nullptr;  // a handler may leave with longjmp
  }
  const error_handler installed = installed_error_handler.load();
  (installed == nullptr ? &default_error_handler : installed)(message.c_str());
  std::abort();  // a handler that returned broke its contract
}
}  // namespace detail

/// Raises one sentence made of the pieces (text and numbers).
template <class... Pieces>
[[noreturn]] void raise(const Pieces&... pieces) {
  std::string message;
  (detail::append(message, pieces), ...);
  detail::hand_over(message);
}

}  // namespace cnnpool
