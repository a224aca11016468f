// Exact search, cosine, the 10 best: one query and a batch of them, and the same by FAISS's flat index and by
// OpenBLAS with a partial sort, in turns. The limit of one query is reading the database, that of a batch the
// multiply-adds of the products. Every program gets the database as rows of unit length; ours, which does not know
// that, measures their length: once where it keeps an index, as FAISS does.
#include "turns.hpp"

#include <memory>
#include <numeric>

#include <cnnpool/search/flat_index.hpp>

#include "fma_limit.hpp"
#if defined(CNNPOOL_BENCHMARK_FAISS)
#include <faiss/IndexFlat.h>
#endif

namespace {

using benchmarks::method;
using cnnpool::index_t;

constexpr index_t d = 256, rows = 20000, best = 10;

cnnpool::descriptors<float> unit_rows(index_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  cnnpool::descriptors<float> r(count, d);
  for (std::size_t i = 0; i < r.values().size(); ++i) r.data()[i] = normal(engine);
  for (index_t i = 0; i < count; ++i) {
    double norm = 0;
    for (const float v : r.row(i)) norm += static_cast<double>(v) * static_cast<double>(v);
    for (float& v : r.row(i)) v = static_cast<float>(static_cast<double>(v) / std::sqrt(norm));
  }
  return r;
}

/// What a search leaves: ids and cosines, query by query.
struct ranking {
  std::vector<std::int64_t> ids;
  std::vector<float> scores;
  explicit ranking(index_t queries)
      : ids(static_cast<std::size_t>(queries * best)), scores(static_cast<std::size_t>(queries * best)) {}
  void operator=(const cnnpool::neighbours& found) {
    for (std::size_t q = 0; q < found.size(); ++q)
      for (std::size_t i = 0; i < best; ++i) {
        ids[q * best + i] = found.ids(q)[i];
        scores[q * best + i] = static_cast<float>(found.scores(q)[i]);
      }
  }
};

void add_search(index_t n) {
  static const cnnpool::descriptors<float> database = unit_rows(rows, 4);
  const auto queries = std::make_shared<cnnpool::descriptors<float>>(unit_rows(n, 5));
  std::vector<method> methods;
  std::vector<std::shared_ptr<ranking>> found;
  const auto add = [&](const char* name, const std::function<void(ranking&)>& run) {
    found.push_back(std::make_shared<ranking>(n));
    methods.push_back({name, [run, own = found.back()] { run(*own); }});
  };
  static const cnnpool::flat_index index_of_rows(database);
  add("cnnpool", [=](ranking& r) { r = index_of_rows.nearest(*queries, best); });
  // Ours without an index: by a product, and pair by pair in double.
  add("nearest", [=](ranking& r) { r = cnnpool::nearest(*queries, database, best); });
  add("by rows", [=](ranking& r) {
    r = cnnpool::nearest(*queries, database, best, cnnpool::metric::cosine, {.fewest = queries->rows() + 1});
  });
#if defined(CNNPOOL_BENCHMARK_OPENBLAS)
  add("OpenBLAS", [=](ranking& r) {
    static std::vector<float> products;
    static std::vector<std::int64_t> order(rows);
    products.resize(static_cast<std::size_t>(n * rows));
    if (n == 1) cblas_sgemv(CblasRowMajor, CblasNoTrans, rows, d, 1, database.data(), d, queries->data(), 1, 0,
                            products.data(), 1);
    else cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(n), rows, d, 1, queries->data(), d,
                     database.data(), d, 0, products.data(), rows);
    for (index_t q = 0; q < n; ++q) {
      const float* const row = products.data() + q * rows;
      std::iota(order.begin(), order.end(), 0);
      std::partial_sort(order.begin(), order.begin() + best, order.end(),
                        [row](std::int64_t a, std::int64_t b) { return row[a] > row[b]; });
      for (index_t i = 0; i < best; ++i) {
        r.ids[static_cast<std::size_t>(q * best + i)] = order[static_cast<std::size_t>(i)];
        r.scores[static_cast<std::size_t>(q * best + i)] = row[order[static_cast<std::size_t>(i)]];
      }
    }
  });
#endif
#if defined(CNNPOOL_BENCHMARK_FAISS)
  static const faiss::IndexFlatIP flat = [] {
    faiss::IndexFlatIP i(d);
    i.add(rows, database.data());
    return i;
  }();
  add("FAISS", [=](ranking& r) { flat.search(n, queries->data(), best, r.scores.data(), r.ids.data()); });
#endif
  const std::string name = "search/" + std::to_string(n) + "x20000x256";
  for (const method& m : methods) m.run();
  for (std::size_t m = 1; m < methods.size(); ++m) {
    std::size_t same = 0, ties = 0;  // floats nearer than this are a tie, and their order is nobody's error
    for (std::size_t i = 0; i < found[0]->ids.size(); ++i) {
      if (found[m]->ids[i] == found[0]->ids[i]) ++same;
      else if (std::abs(found[m]->scores[i] - found[0]->scores[i]) < 1e-6f) ++ties;
    }
    benchmarks::expect(same + ties == found[0]->ids.size(),
                       name + ": " + methods[m].name + ": " + std::to_string(same) + " of " +
                           std::to_string(found[0]->ids.size()) + " neighbours are the same, " + std::to_string(ties) +
                           " are ties");
  }
  benchmarks::add_turns(name, n == 1 ? 40 : 5, [=] {
    if (n == 1) benchmark::DoNotOptimize(benchmarks::read_all(database.data(), database.values().size()));
    else benchmarks::multiply_add_all(2. * static_cast<double>(n * rows * d));
  }, methods);
}

}  // namespace

int main(int argc, char** argv) {
  benchmarks::use_one_thread();
  add_search(1);
  add_search(256);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
