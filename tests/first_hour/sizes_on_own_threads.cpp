// 40 maps of different sizes pooled on std::threads of your own, in two ways, with the bits of one thread.

#undef NDEBUG  // the assertions are what this program is for
#include <cassert>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <cnnpool/cnnpool.hpp>

/// Threads that live as long as the pool; run(count, f) calls f(0) to f(count - 1) on them and returns when all did.
class thread_pool {
 public:
  explicit thread_pool(int n) {
    for (int i = 0; i < n; ++i) threads_.emplace_back([this, i] { work(i); });
  }
  ~thread_pool() {
    {
      const std::lock_guard lock(m_);
      stop_ = true;
    }
    wake_.notify_all();
    for (auto& t : threads_) t.join();
  }
  void run(cnnpool::index_t count, const std::function<void(cnnpool::index_t, int)>& f) {
    std::unique_lock lock(m_);
    f_ = &f, count_ = left_ = count, next_ = 0, ++calls_;
    wake_.notify_all();
    done_.wait(lock, [this] { return left_ == 0; });
  }
  int calls() const { return calls_; }

 private:
  void work(int worker) {
    std::unique_lock lock(m_);
    for (;;) {
      wake_.wait(lock, [this] { return stop_ || next_ < count_; });
      if (stop_) return;
      const auto i = next_++;
      const auto* f = f_;
      lock.unlock();
      (*f)(i, worker);
      lock.lock();
      if (--left_ == 0) done_.notify_all();
    }
  }
  std::vector<std::thread> threads_;
  std::mutex m_;
  std::condition_variable wake_, done_;
  const std::function<void(cnnpool::index_t, int)>* f_ = nullptr;
  cnnpool::index_t count_ = 0, next_ = 0, left_ = 0;
  bool stop_ = false;
  int calls_ = 0;
};

void on_pool(void* pool, cnnpool::index_t count, void (*task)(void*, cnnpool::index_t), void* data) {
  static_cast<thread_pool*>(pool)->run(count, [=](cnnpool::index_t i, int) { task(data, i); });
}

int main() {
  using namespace cnnpool;
  const int images = 40, c = 256;
  std::vector<std::vector<float>> maps;
  std::vector<feature_view<float>> views;
  for (int i = 0; i < images; ++i) {
    const int h = 12 + i * 7 % 23, w = 14 + i * 5 % 19;
    maps.emplace_back(c * h * w);
    for (std::size_t k = 0; k < maps[i].size(); ++k) maps[i][k] = static_cast<float>((k + i) * 7919 % 1009) / 100;
    views.emplace_back(maps[i].data(), shape{.c = c, .h = h, .w = w}, nchw);
  }
  const auto describe = concat(gem_p<3>{} | l2{}, rmac{}) | l2{};
  const auto one = pool(cpu{.threads = 1}, views, describe);
  assert(one.rows() == images && one.cols() == 2 * c);

  thread_pool threads(2);
  const auto hooked = pool(cpu{.threads = 2, .parallel = {on_pool, &threads}}, views, describe);
  const int calls = threads.calls();
  assert(calls > 0);

  descriptors<float> each(images, 2 * c);
  const cpu alone{.threads = 1};  // a call that handed tasks to these workers would wait for itself
  std::vector<workspace> memory(2);
  for (workspace& one_worker : memory)
    for (const auto& x : views) one_worker.reserve(workspace_bytes(alone, x, describe));
  threads.run(images, [&](index_t i, int worker) {
    pool_into(alone, views[i], describe, each[i], memory[worker]);
  });

  for (int i = 0; i < images; ++i) {
    for (int k = 0; k < 2 * c; ++k) assert(hooked(i, k) == one(i, k) && each(i, k) == one(i, k));
    double squares = 0;
    for (int k = 0; k < 2 * c; ++k) squares += double(one(i, k)) * one(i, k);
    assert(squares > 0.99999 && squares < 1.00001);
  }
  std::printf("%d maps of different sizes, %d calls of the hook: the bits of one thread\n", images, calls);
}
