// The main job on real activations: every policy describes the photos of a corridor, and each query looks for the
// reference photo of its place. Prints one table and draws two pictures.
//
//   cnnpool-demo DATA_FOLDER OUTPUT_FOLDER
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/search/nearest.hpp>

#include "../benchmarks/read_limit.hpp"
#if defined(CNNPOOL_DEMO_LEARNED)
#include "demo_learned.hpp"
#endif
#include "ground_truth.hpp"
#include "output_place.hpp"
#include "picture.hpp"
#include "standard_output.hpp"

using namespace cnnpool;

namespace {

struct task {
  feature_view<float> queries, references;
  std::vector<relevance<>> truths;
};

double median(std::vector<double> v) {
  const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

volatile float kept_sum;  // of the readings, so that the compiler does not leave them out

struct timing {
  double microseconds, rho;
};

/// One image at a time on one thread. Reading and pooling take turns, so that both meet the same clock and neighbours.
template <class Policy>
timing time_of(const feature_view<float>& x, const Policy& policy) {
  using clock = std::chrono::steady_clock;
  constexpr int repeats = 8;
  const shape& e = x.extents();
  const auto count = static_cast<std::size_t>(e.c * e.positions());
  descriptors<float> out(1, descriptor_size(policy, e));
  workspace memory;
  std::vector<double> times, ratios;
  for (int round = 0; round < 3; ++round)
    for (index_t i = 0; i < e.n; ++i) {
      const auto image = x.images(i, 1);
      const auto start = clock::now();
      for (int r = 0; r < repeats; ++r) kept_sum = benchmarks::read_all(image.data(), count);
      const auto between = clock::now();
      for (int r = 0; r < repeats; ++r) pool_into(cpu{.threads = 1}, image, policy, out, memory);
      const auto end = clock::now();
      if (round == 0) continue;  // warms the caches and the clock
      const std::chrono::duration<double, std::micro> limit = between - start, time = end - between;
      times.push_back(time.count() / repeats);
      ratios.push_back(limit / time);
    }
  return {median(times), median(ratios)};
}

template <class Policy>
neighbours row(const task& t, const char* name, const Policy& policy) {
  const bool live = isatty(STDERR_FILENO) != 0;
  if (live) std::fprintf(stderr, "pooling %td maps with %s", t.queries.extents().n + t.references.extents().n, name);
  const auto q = pool(t.queries, policy), r = pool(t.references, policy);
  neighbours ranked = nearest(q, r, r.rows());
  const timing cost = time_of(t.queries, policy);
  if (live) std::fprintf(stderr, "\r\033[K");
  std::printf("%-32s %5td %9.1f %7.2f %9.1f %6.2f\n", name, q.cols(),
              100 * mean_of(measures::hit_at{1}, ranked, t.truths).value,
              100 * mean_of(measures::average_precision{}, ranked, t.truths).value, cost.microseconds, cost.rho);
  std::fflush(stdout);
  return ranked;
}

std::vector<float> dequantised(const feature_view<std::uint8_t>& x) {
  std::vector<float> values(static_cast<std::size_t>(checked_size(x.extents(), "dequantised")));
  const shape& e = x.extents();
  auto to = values.begin();
  for (index_t n = 0; n < e.n; ++n)
    for (index_t c = 0; c < e.c; ++c)
      for (index_t h = 0; h < e.h; ++h)
        for (index_t w = 0; w < e.w; ++w) *to++ = x.quantized().scale * static_cast<float>(x(n, c, h, w));
  return values;
}

/// Pixels a position: `wanted`, and fewer of a large map, whose picture would be larger than anybody looks at.
int cell_of(int wanted, index_t h, index_t w) {
  constexpr index_t most = 4096;
  return static_cast<int>(std::clamp<index_t>(most / std::max(h, w), 1, wanted));
}

/// Where CroW looks: the query on the left, its best match on the right.
void draw_saliency(const task& t, index_t query, index_t match, detail::atomic_file& file) {
  constexpr int gap = 20;
  const index_t h = t.queries.extents().h, w = t.queries.extents().w;
  const int cell = cell_of(40, h, w);
  const int width = static_cast<int>(w) * cell;
  const auto left = pool(t.queries.images(query, 1), crow_spatial_weights{});
  const auto right = pool(t.references.images(match, 1), crow_spatial_weights{});
  picture p(2 * width + gap, static_cast<int>(h) * cell);
  p.heat_map(left.row(0), h, w, 0, 0, cell, true);
  p.heat_map(right.row(0), h, w, width + gap, 0, cell, true);
  p.write(file);
}

/// The boxes of R-MAC over the strongest activation of every position, one panel per level.
void draw_regions(const task& t, index_t query, detail::atomic_file& file) {
  constexpr int gap = 16;
  constexpr colour colours[] = {{255, 255, 255}, {90, 220, 255}, {120, 255, 120}, {255, 220, 80}};
  const shape& e = t.queries.extents();
  const int cell = cell_of(32, e.h, e.w);
  const int width = static_cast<int>(e.w) * cell;
  const auto image = t.queries.images(query, 1);
  std::vector<float> strongest(static_cast<std::size_t>(e.positions()), 0.f);
  for (index_t c = 0; c < e.c; ++c)
    for (index_t i = 0; i < e.h; ++i)
      for (index_t j = 0; j < e.w; ++j) {
        float& value = strongest[static_cast<std::size_t>(i * e.w + j)];
        value = std::max(value, image(0, c, i, j));
      }
  constexpr int levels = 3;
  picture p(levels * width + (levels - 1) * gap, static_cast<int>(e.h) * cell);
  index_t drawn = 0;
  for (int level = 1; level <= levels; ++level) {
    const int left = (level - 1) * (width + gap);
    p.heat_map(strongest, e.h, e.w, left, 0, cell, false);
    const auto boxes = rmac_grid{.levels = level}.regions(e.h, e.w);
    for (int k = 0; drawn < boxes.size(); ++drawn, ++k)
      p.outline(boxes[drawn], left, 0, cell, 2 + 3 * (k % 4), 3, colours[static_cast<std::size_t>(k % 4)]);
  }
  p.write(file);
}

/// What no policy of the table could say of its own input.
void check_maps(const task& t, const std::string& data) {
  const shape &q = t.queries.extents(), &r = t.references.extents();
  if (q.n < 1 || r.n < 1)
    raise("demo: ", data, " has ", q.n, " queries and ", r.n, " references, expected at least one of each");
  if (q.c != r.c) raise("demo: the queries in ", data, " have ", q.c, " channels, the references ", r.c);
  constexpr index_t channels = 128, window = 4;  // what truncation keeps, what MOP-VLAD looks at
  if (q.c < channels || std::min({q.h, q.w, r.h, r.w}) < window)
    raise("demo: the maps in ", data, " are ", to_string(q), " and ", to_string(r), ", expected at least ", channels,
          " x ", window, " x ", window);
  constexpr index_t longest = 100'000;  // a picture has three of them side by side, and PNG a million pixels
  if (std::max(q.h, q.w) > longest)
    raise("demo: the maps in ", data, " are ", to_string(q), ", expected at most ", longest, " positions a side");
}
void check_truths(const task& t, const std::string& data) {
  if (const index_t queries = t.queries.extents().n; static_cast<index_t>(t.truths.size()) != queries)
    raise("demo: ", data, "/ground_truth.txt is about ", t.truths.size(), " queries, queries.npy has ", queries);
  for (std::size_t i = 0; i < t.truths.size(); ++i)
    if (t.truths[i].positives.empty())
      raise("demo: ", data, "/ground_truth.txt names no reference for query ", i, ", expected at least one");
}

void run(const std::string& data, const std::string& output) {
  for (const char* name : {"/saliency.png", "/regions.png"})
    if (std::filesystem::is_regular_file(output + name) && !is_signed_by(output + name, "cnnpool-demo"))
      raise("demo: ", output, name, " is there, and the demo did not draw it; choose another folder");
  const std::string query_path = data + "/queries.npy", reference_path = data + "/references.npy";
  const npy_array query_file = read_npy(query_path), reference_file = read_npy(reference_path);
  const auto stored_queries = demo_view(query_file, query_path);
  const auto stored_references = demo_view(reference_file, reference_path);
  const std::vector<float> queries = dequantised(stored_queries), references = dequantised(stored_references);
  task t{{queries.data(), stored_queries.extents(), nchw}, {references.data(), stored_references.extents(), nchw}, {}};
  check_maps(t, data);
  t.truths = read_matches(data + "/ground_truth.txt", stored_references.extents().n);
  check_truths(t, data);
  std::error_code wrong;
  if (std::filesystem::create_directories(output, wrong); !std::filesystem::is_directory(output))
    raise("demo: the folder ", output, " cannot be made: ", wrong.message());
  // Before the first row: what cannot be written is said now, not when a minute's work is lost.
  for (const char* name : {"/saliency.png", "/regions.png"}) check_place_of_file(output + name, "demo");
  std::printf("%td queries against %td references, maps of %s (n x c x h x w), real activations of a corridor\n\n",
              t.queries.extents().n, t.references.extents().n, to_string(t.queries.extents()).c_str());

  std::printf("%-32s %5s %9s %7s %9s %6s\n", "policy", "size", "hit@1", "mAP", "us/image", "rho");
  row(t, "sum | l2", pipelines::ucrow);
  row(t, "average | l2", average{} | l2{});
  row(t, "max | l2", pipelines::mac);
  row(t, "gem | l2", pipelines::gem);
  row(t, "gem{.p = 2.7} | l2", gem{.p = 2.7} | l2{});
  row(t, "spoc | l2", pipelines::spoc);
  const neighbours by_crow = row(t, "crow | l2", pipelines::crow);
  row(t, "rmac", pipelines::rmac);
  row(t, "rmac, [sum ; global]", pipelines::rmac_concat);
  row(t, "rmac_blog | l2", rmac_blog | l2{});
  row(t, "regional(gem | l2) | l2", regional(gem_p<3>{} | l2{}, rmac_grid{}) | l2{});
  row(t, "nonzero | l2", nonzero{} | l2{});
  row(t, "max | power | l2", max() | power{} | l2{});
  row(t, "gem | truncation{128} | l2", gem_p<3>{} | truncation{.dimensions = 128} | l2{});
  row(t, "concat(sum | l2, max | l2) | l2", concat(sum{} | l2{}, max() | l2{}) | l2{});
#if defined(CNNPOOL_DEMO_LEARNED)
  std::printf("fitted on the %td references (whitening wants thousands), no query seen:\n", t.references.extents().n);
  demo::learned_rows(t.references, [&](const char* name, const auto& learn) {
    const auto policy = [&]() -> std::optional<decltype(learn())> {
      try {
        return learn();
      } catch (const error& e) {  // of too few references, or of references that are all alike
        std::printf("%-32s skipped: %s\n", name, e.what());
        return std::nullopt;
      }
    }();
    if (policy) row(t, name, *policy);
  });
#else
  std::printf("skipped: whitening, VLAD and MOP-VLAD: Eigen is not installed (Debian: libeigen3-dev)\n");
#endif
  std::printf("\nhit@1 and mAP (Oxford's, trapezoids) in %%; microseconds for one map on one thread;\n"
              "rho: time to read the map / time of the method, taken in turns, median: 1 is the limit\n\n");

  // The clearest of the right matches makes the picture that says most.
  std::size_t shown = 0;
  for (std::size_t q = 0; q < by_crow.size(); ++q) {
    const auto right = [&](std::size_t i) { return hit_at(1, by_crow[i], t.truths[i]) > 0; };
    if (right(q) && (!right(shown) || by_crow.scores(q)[0] > by_crow.scores(shown)[0])) shown = q;
  }
  const index_t query = static_cast<index_t>(shown), match = by_crow[shown][0].id;
  detail::atomic_file saliency(output + "/saliency.png", "demo"), regions(output + "/regions.png", "demo");
  draw_saliency(t, query, match, saliency);
  draw_regions(t, query, regions);
  detail::commit_together({&saliency, &regions});
  std::printf("%s/saliency.png   where CroW looks: query %td on the left, its best match, reference %td, right\n",
              output.c_str(), query, match);
  std::printf("%s/regions.png    the %td regions of R-MAC on query %td, by level, over its strongest activations\n",
              output.c_str(), rmac_grid{}.regions(t.queries.extents().h, t.queries.extents().w).size(), query);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    const bool asked = count == 2 && std::string(arguments[1]) == "--help";
    std::fprintf(asked ? stdout : stderr, "usage: cnnpool-demo DATA_FOLDER OUTPUT_FOLDER\n");
    return asked ? 0 : 2;
  }
  try {
    run(arguments[1], arguments[2]);
    return printed();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
