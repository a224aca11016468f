// cnnpool-study: which layer and which pooling finds the right photos, in one table.
//
//   cnnpool-study --photos paris5 --truth groups:paris5/groups.txt --models models --out study
//   cnnpool-study --photos mine --truth groups:mine/groups.txt --model net.onnx --rgb --mean 123.7,116.3,103.5
//                 --deviation 58.4,57.1,57.4 --layers features,features+relu --out study
//   cnnpool-study --photos mine --truth none --model net.onnx --rgb --layers features --policies rmac --pictures mine-out
//   cnnpool-study --model net.prototxt --weights net.caffemodel --list-layers 512x384
//
// Rows: layer x policy; columns: the descriptor as it is, PCA to some dimensions, whitened, and whitened at full rank.
// The best row's descriptors, as they are, go to descriptors.npy and its rankings to ranking.csv; without ground truth that
// is the first row, and there is no table. Activations are kept in the cache as .npy, so a run that is interrupted goes on. Photos that cannot be used are named
// at the end, count as if they were not there, and make the exit code 3; anything else that is wrong is one sentence on
// stderr and 1.
#include <CLI/CLI.hpp>

#include <cnnpool/retrieval/search.hpp>
#include <cnnpool/train/pca_whitening.hpp>

#include "features.hpp"
#include "known_networks.hpp"
#include "pictures.hpp"
#include "policies.hpp"
#include "ranking.hpp"
#include "table.hpp"

namespace {

namespace fs = std::filesystem;
using cnnpool::descriptors;
using cnnpool::index;

struct options {
  std::string photos, truth, train, models, out = "study", cache, pictures, list_layers;
  std::vector<std::string> networks, layers, policies;
  std::vector<double> scales = {1};
  network_card own;
  int side = 512;
  index dimensions = 128;
};

/// All descriptors of one layer and policy.
struct pooled {
  descriptors<float> database, queries, training;
  std::vector<double> times;

  /// The median: one pass may meet another program.
  double microseconds() const {
    std::vector<double> t = times;
    const auto middle = t.begin() + static_cast<std::ptrdiff_t>(t.size() / 2);
    std::nth_element(t.begin(), middle, t.end());
    return *middle;
  }
};

struct counted_photos {
  study_task task;
  std::vector<study_photo> training;
  std::vector<char> database_ok, queries_ok, training_ok;
  bool own_queries = false;
};

const std::vector<study_photo>& queries_of(const counted_photos& p) {
  return p.own_queries ? p.task.queries : p.task.database;
}

/// A photo that gives no features is nobody's match, and no query.
void leave_out_broken(counted_photos& p) {
  for (std::size_t q = 0; q < p.task.truths.size(); ++q) {
    const auto ok = [&](index row) { return p.database_ok[static_cast<std::size_t>(row)] != 0; };
    const auto clean = [&](std::vector<index>& rows) { std::erase_if(rows, [&](index row) { return !ok(row); }); };
    const auto add_broken = [&](std::vector<index>& junk) {
      clean(junk);
      for (std::size_t row = 0; row < p.database_ok.size(); ++row)
        if (p.database_ok[row] == 0) junk.push_back(static_cast<index>(row));
    };
    const bool query_ok = (p.own_queries ? p.queries_ok : p.database_ok)[q] != 0;
    auto& truth = p.task.truths[q];
    clean(truth.positives);
    add_broken(truth.junk);
    if (!query_ok) truth.positives.clear();
    if (p.task.revisited.empty()) continue;
    auto& r = p.task.revisited[q];
    clean(r.easy);
    clean(r.hard);
    add_broken(r.junk);
    if (!query_ok) r.easy.clear(), r.hard.clear();
  }
}

class study {
 public:
  explicit study(const options& o) : o_(o), table_(o.dimensions) {
    if (o.dimensions < 1) cnnpool::raise("--dimensions: ", o.dimensions, ", expected at least 1");
    if (o.side < 0) cnnpool::raise("--side: ", o.side, ", expected at least 1, or 0 for photos as they are");
    for (const double s : o.scales)
      if (!(s > 0 && s <= 8)) cnnpool::raise("--scales: ", s, ", expected more than 0 and at most 8");
    for (const auto& policy : study_policies())
      if (o.policies.empty() || std::ranges::find(o.policies, policy.name) != o.policies.end())
        policies_.push_back(policy);
    for (const std::string& name : o.policies)
      if (std::ranges::none_of(policies_, [&](const auto& p) { return p.name == name; }))
        cnnpool::raise("--policies: \"", name,
                       "\" is no policy of the study, expected some of sum, max, gem, spoc, crow, rmac, "
                       "rmac+max");
    photos_.task = read_task(o.photos, o.truth);
    photos_.own_queries = !photos_.task.queries.empty();
    judged_ = o.truth != "none";
    if (!o.train.empty())
      for (const auto& path : study_detail::photos_in(study_detail::photo_folder(o.train)))
        photos_.training.push_back({"training/" + path.filename().string(), path.string()});
    fs::create_directories(o.out);
    if (!o.pictures.empty()) fs::create_directories(o.pictures);
  }

  void run(const network_card& card, const std::vector<std::string>& layers) {
    network net(card);
    feature_cache cache(o_.cache.empty() ? fs::path(o_.out) / "cache" : fs::path(o_.cache), net, o_.side, o_.scales);
    counted_photos photos = photos_;
    std::vector<std::string> plain;  // layer+relu is read from the layer's own file
    for (const std::string& layer : layers)
      if (std::ranges::find(plain, base_of(layer)) == plain.end()) plain.push_back(base_of(layer));
    prepare(cache, card.name, plain, photos);
    leave_out_broken(photos);
    if (const auto ms = cache.milliseconds_per_pass())
      std::printf("%s: %.0f ms per forward pass\n", card.name.c_str(), *ms);
    for (const std::string& layer : layers) {
      measure_layer(cache, photos, card.name, layer);
      save();  // what is there so far
    }
    if (best_.network != card.name) return;
    save_ranking(o_.out, photos.task, best_descriptors_.database, best_descriptors_.queries,
                 photos.own_queries ? photos.queries_ok : photos.database_ok);
    if (!o_.pictures.empty()) draw(cache, photos);
  }

  int finish() {
    save();
    if (judged_)
      std::printf("\n%s\n%s/study.csv, %s/study.md\n", table_.plain().c_str(), o_.out.c_str(), o_.out.c_str());
    std::printf("%s, %s: %s/descriptors.npy (%td x %td), names.txt, ranking.csv\n", best_.layer.c_str(),
                best_.policy.c_str(), o_.out.c_str(), best_descriptors_.database.rows(),
                best_descriptors_.database.cols());
    if (!o_.pictures.empty() && judged_) plots();
    for (const auto& [name, problem] : problems_)
      std::fprintf(stderr, "left out: %s: %s\n", name.c_str(), problem.c_str());
    if (problems_.empty()) return 0;
    std::fprintf(stderr, "cnnpool-study: %zu photos were left out\n", problems_.size());
    return 3;
  }

 private:
  static constexpr const char* relu_suffix = "+relu";
  static bool rectified(const std::string& layer) { return layer.ends_with(relu_suffix); }
  static std::string base_of(const std::string& layer) {
    return rectified(layer) ? layer.substr(0, layer.size() - std::string(relu_suffix).size()) : layer;
  }

  void prepare(feature_cache& cache, const std::string& name, const std::vector<std::string>& layers,
               counted_photos& photos) {
    const std::size_t all = photos.task.database.size() + photos.task.queries.size() + photos.training.size();
    std::size_t done = 0;
    study_progress progress("features of " + name);
    const auto each = [&](const std::vector<study_photo>& list, std::vector<char>& ok) {
      for (const auto& photo : list) {
        progress.at(++done, all, photo.name);
        ok.push_back(cache.prepare(photo, layers, problems_) ? 1 : 0);
      }
    };
    each(photos.task.database, photos.database_ok);
    each(photos.task.queries, photos.queries_ok);
    each(photos.training, photos.training_ok);
    if (std::ranges::count(photos.database_ok, 1) == 0) {
      const auto& [photo, problem] = *problems_.begin();
      cnnpool::raise("study: ", name, " gives features of 0 of ", photos.database_ok.size(), " photos; ", photo, ": ",
                     problem);
    }
  }

  /// Row `to` of out: the photo at every scale, averaged; L2 after that.
  static void combine_scales(const descriptors<float>& scales, std::span<float> out) {
    const auto d = cnnpool::pool(cnnpool::as_view(scales, {.axes = "wc"}), cnnpool::average{} | cnnpool::l2{});
    std::ranges::copy(d.row(0), out.begin());
  }

  std::vector<pooled> pool_layer(const feature_cache& cache, const counted_photos& photos, const std::string& layer,
                                 const std::vector<study_policy>& policies, const std::string& shown) {
    std::vector<pooled> out(policies.size());
    std::vector<descriptors<float>> one(policies.size());
    cnnpool::workspace memory;
    const bool rectify = rectified(layer);
    study_progress progress("pooling " + shown);
    std::size_t done = 0;
    const std::size_t all = photos.task.database.size() + photos.task.queries.size() + photos.training.size();
    const auto each = [&](const std::vector<study_photo>& list, const std::vector<char>& ok,
                          descriptors<float> pooled::*rows) {
      for (std::size_t i = 0; i < list.size(); ++i) {
        progress.at(++done, all, list[i].name);
        if (ok[i] == 0) continue;
        std::vector<descriptors<float>> by_scale(policies.size());
        for (std::size_t s = 0; s < cache.scales().size(); ++s) {
          const cnnpool::npy_array file = cache.read(list[i].name, base_of(layer), s);
          visit(file.view(), [&]<class T>(const cnnpool::feature_view<T>& x) {
            if constexpr (std::is_same_v<T, float>)
              for (std::size_t p = 0; p < policies.size(); ++p) {
                const auto start = std::chrono::steady_clock::now();
                policies[p].pool(x, rectify, one[p], memory);
                const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
                out[p].times.push_back(time.count());
                if (s == 0) by_scale[p] = descriptors<float>(static_cast<index>(cache.scales().size()), one[p].cols());
                std::ranges::copy(one[p].row(0), by_scale[p].row(static_cast<index>(s)).begin());
              }
          });
        }
        for (std::size_t p = 0; p < policies.size(); ++p) {
          auto& to = out[p].*rows;
          if (to.rows() == 0) to = descriptors<float>(static_cast<index>(list.size()), by_scale[p].cols());
          if (by_scale[p].rows() == 1) std::ranges::copy(by_scale[p].row(0), to.row(static_cast<index>(i)).begin());
          else combine_scales(by_scale[p], to.row(static_cast<index>(i)));
        }
      }
    };
    each(photos.task.database, photos.database_ok, &pooled::database);
    each(photos.task.queries, photos.queries_ok, &pooled::queries);
    each(photos.training, photos.training_ok, &pooled::training);
    return out;
  }

  study_score measure(const counted_photos& photos, const descriptors<float>& database,
                      const descriptors<float>& queries) {
    const auto& q = photos.own_queries ? queries : database;
    const cnnpool::neighbours ranked = cnnpool::nearest(q, database, database.rows());
    const auto mean = [&](const auto& measure) { return cnnpool::mean_of(measure, ranked, photos.task.truths).value; };
    study_score out{mean(cnnpool::measures::average_precision{}),
                    mean(cnnpool::measures::rectangular_average_precision{}), mean(cnnpool::measures::hit_at{1}),
                    database.cols()};
    if (!photos.task.revisited.empty())
      for (const auto p : {cnnpool::protocol::easy, cnnpool::protocol::medium, cnnpool::protocol::hard}) {
        const auto scores = cnnpool::measure_revisited(ranked, photos.task.revisited, p);
        out.revisited.push_back(scores.map.value);
        out.revisited.push_back(scores.precision_at_10.value);
      }
    return out;
  }

  static descriptors<float> projected(const descriptors<float>& d, const cnnpool::whitening& model) {
    return d.rows() == 0 ? d : cnnpool::pool(d, cnnpool::sum{} | model | cnnpool::l2{});
  }
  std::optional<study_score> measure_projected(const counted_photos& photos, const pooled& d,
                                               const cnnpool::whitening& model, index dimensions) {
    if (model.output_size() < dimensions) return std::nullopt;
    const cnnpool::whitening cut = model.truncated(dimensions);
    return measure(photos, projected(d.database, cut), projected(d.queries, cut));
  }

  /// What the projections are learned on: the training photos, or the database itself.
  static descriptors<float> training_rows_of(const counted_photos& photos, const pooled& d) {
    const bool own = photos.training.empty();
    const descriptors<float>& from = own ? d.database : d.training;
    const std::vector<char>& ok = own ? photos.database_ok : photos.training_ok;
    descriptors<float> out(static_cast<index>(std::ranges::count(ok, 1)), from.cols());
    index to = 0;
    for (index i = 0; i < from.rows(); ++i)
      if (ok[static_cast<std::size_t>(i)] != 0) std::ranges::copy(from.row(i), out.row(to++).begin());
    return out;
  }

  void measure_layer(const feature_cache& cache, const counted_photos& photos, const std::string& network,
                     const std::string& layer) {
    std::string first;
    for (std::size_t i = 0; first.empty(); ++i)
      if (photos.database_ok[i] != 0) first = photos.task.database[i].name;
    const auto extents = cache.read(first, base_of(layer), 0).view().extents();
    std::vector<study_policy> policies = policies_;
    if (extents.positions() == 1) {  // a fully connected layer: every policy is the vector itself
      policies.assign(1, study_policy_of("none", cnnpool::sum{} | cnnpool::l2{}));
    }
    const auto all = pool_layer(cache, photos, layer, policies, network + " " + layer);
    for (std::size_t p = 0; p < policies.size(); ++p) {
      study_row row{.network = network,
                    .layer = layer,
                    .map_size = {},
                    .policy = policies[p].name,
                    .raw = {},
                    .pca = {},
                    .whitened = {},
                    .whitened_full = {},
                    .microseconds = all[p].microseconds()};
      row.map_size = std::to_string(extents.c) + "x" + std::to_string(extents.h) + "x" + std::to_string(extents.w);
      row.raw = measure(photos, all[p].database, all[p].queries);
      const auto training = training_rows_of(photos, all[p]);
      std::vector<std::pair<double, double>> curve;
      if (training.rows() >= 3) {
        const auto whitened = cnnpool::fit_pca_whitening(training),
                   plain = cnnpool::fit_pca_whitening(training, {.power = 0});
        row.pca = measure_projected(photos, all[p], plain, o_.dimensions);
        row.whitened = measure_projected(photos, all[p], whitened, o_.dimensions);
        row.whitened_full = measure_projected(photos, all[p], whitened, whitened.output_size());
        if (!o_.pictures.empty())
          for (index d = 8; d <= whitened.output_size(); d *= 2)
            curve.emplace_back(static_cast<double>(d), 100 * measure_projected(photos, all[p], plain, d)->map);
      }
      if (judged_ ? !(row.raw.map <= best_map_) : best_.policy.empty()) {
        best_map_ = row.raw.map;
        best_ = row;
        best_descriptors_ = all[p];
      }
      curves_.push_back({row, curve});
      table_.add(row);
    }
  }

  void save() {
    if (!judged_) return;
    save_text((fs::path(o_.out) / "study.csv").string(), table_.csv());
    save_text((fs::path(o_.out) / "study.md").string(), table_.markdown());
  }

  std::string picture(const std::string& name) const { return (fs::path(o_.pictures) / name).string(); }

  static cv::Mat pixels(const study_photo& photo) {
    return read_photo(bytes_of(photo.path), photo.crop).pixels;
  }

  /// The contact sheet of the best row so far, and what CroW and R-MAC look at in its first photos.
  void draw(const feature_cache& cache, const counted_photos& photos) {
    using namespace study_pictures;
    const auto& queries = queries_of(photos);
    const auto& rows = photos.own_queries ? best_descriptors_.queries : best_descriptors_.database;
    const cnnpool::neighbours ranked = cnnpool::nearest(rows, best_descriptors_.database, rows.rows() == 0 ? 1 : 9);
    std::vector<std::vector<tile>> sheet;
    const std::size_t step = std::max<std::size_t>(1, queries.size() / 8);
    for (std::size_t q = step / 2; q < queries.size() && sheet.size() < 8; q += step) {
      const auto& truth = photos.task.truths[q];
      if (judged_ && truth.positives.empty()) continue;
      sheet.push_back({{pixels(queries[q]), "query", ink}});
      for (const index row : ranked[q]) {
        if (std::ranges::find(truth.junk, row) != truth.junk.end() || sheet.back().size() == 8) continue;
        const bool found = std::ranges::find(truth.positives, row) != truth.positives.end();
        sheet.back().push_back({pixels(photos.task.database[static_cast<std::size_t>(row)]),
                                !judged_ ? "" : found ? "right" : "wrong", !judged_ ? ink : found ? right : wrong});
      }
    }
    save_picture("matches.png", contact_sheet(sheet));

    std::size_t drawn = 0;
    for (std::size_t q = step / 2; q < queries.size() && drawn < 4; q += step) {
      if ((photos.own_queries ? photos.queries_ok : photos.database_ok)[q] == 0) continue;
      const cnnpool::npy_array file = cache.read(queries[q].name, base_of(best_.layer), 0);
      const cv::Mat photo = pixels(queries[q]);
      visit(file.view(), [&]<class T>(const cnnpool::feature_view<T>& x) {
        if constexpr (std::is_same_v<T, float>) {
          const auto e = x.extents();
          if (e.positions() == 1) return;
          const auto map = cnnpool::pool(x, cnnpool::relu{} | cnnpool::crow_spatial_weights{});
          const std::string number = std::to_string(++drawn);
          save_picture("saliency_" + number + ".png",
                       saliency(photo, map.data(), static_cast<int>(e.h), static_cast<int>(e.w)));
          save_picture("regions_" + number + ".png", regions(photo, cnnpool::rmac_grid{}.regions(e.h, e.w), e.h, e.w));
        }
      });
    }
  }

  void save_picture(const std::string& name, const cv::Mat& m) { study_pictures::save(picture(name), m); }

  void plots() {
    std::vector<study_pictures::curve> lines;
    std::vector<std::pair<std::string, double>> times;
    for (const auto& [row, points] : curves_) {
      if (row.network != best_.network || row.layer != best_.layer) continue;
      if (!points.empty()) lines.push_back({row.policy, points});
      times.emplace_back(row.policy + " on " + row.map_size, row.microseconds);
    }
    save_picture("map_by_dimension.png",
                 study_pictures::plot("mAP (%) by PCA dimension, " + best_.network + " " + best_.layer,
                                      "dimensions (logarithmic)", lines));
    save_picture("time_by_policy.png", study_pictures::bars("microseconds per map, one thread", times));
  }

  options o_;
  std::vector<study_policy> policies_;
  counted_photos photos_;
  study_table table_;
  photo_problems problems_;
  bool judged_ = true;
  double best_map_ = -1;
  study_row best_;
  pooled best_descriptors_;
  struct row_and_curve {
    study_row row;
    std::vector<std::pair<double, double>> points;
  };
  std::vector<row_and_curve> curves_;
};

/// The networks to run: one of the user's, or known ones.
std::vector<known_network> networks_of(const options& o) {
  if (!o.own.model.empty()) {
    known_network own{o.own, o.layers};
    if (own.card.name.empty()) own.card.name = fs::path(o.own.model).stem().string();
    if (own.layers.empty() && o.list_layers.empty())
      cnnpool::raise("--layers: no layer of ", o.own.model, " is named; --list-layers 512x384 shows them");
    return {own};
  }
  if (o.models.empty()) cnnpool::raise("no network: give --model FILE, or --models FOLDER with --network NAME");
  std::vector<known_network> out;
  std::string names;
  for (auto& known : known_networks(o.models)) {
    names += (names.empty() ? "" : ", ") + known.card.name;
    if (!o.networks.empty() && std::ranges::find(o.networks, known.card.name) == o.networks.end()) continue;
    if (!o.layers.empty()) known.layers = o.layers;
    known.card.resize = o.own.resize;
    known.card.multiple = std::max(known.card.multiple, o.own.multiple);
    if (o.networks.empty() && !fs::exists(known.card.model)) {
      std::printf("skipped: %s: %s is not there\n", known.card.name.c_str(), known.card.model.c_str());
      continue;
    }
    out.push_back(known);
  }
  for (const std::string& name : o.networks)
    if (std::ranges::none_of(out, [&](const auto& n) { return n.card.name == name; }))
      cnnpool::raise("--network: \"", name, "\" is not known, expected some of ", names, "; or give --model FILE");
  if (out.empty()) cnnpool::raise("--models: ", o.models, " holds none of ", names);
  return out;
}

void print_layers(const known_network& n, const std::string& size) {
  int width = 0, height = 0;
  if (std::sscanf(size.c_str(), "%dx%d", &width, &height) != 2 || width < 1 || height < 1 || width > 8192 ||
      height > 8192)
    cnnpool::raise("--list-layers: \"", size, "\", expected WIDTHxHEIGHT");
  std::printf("%s, %d x %d (width x height):\n", n.card.name.c_str(), width, height);
  for (const layer_info& layer : network(n.card).layers({width, height})) {
    std::string shape;
    for (const int extent : layer.shape) shape += (shape.empty() ? "" : " x ") + std::to_string(extent);
    std::printf("  %-36s %-16s %s\n", layer.name.c_str(), layer.type.c_str(), shape.c_str());
  }
}

int run(const options& o) {
  const auto networks = networks_of(o);
  if (!o.list_layers.empty()) {
    for (const auto& n : networks) print_layers(n, o.list_layers);
    return 0;
  }
  if (o.photos.empty() || o.truth.empty())
    cnnpool::raise("--photos and --truth (none, where there is none) are needed (or --list-layers)");
  study s(o);
  for (const auto& n : networks) s.run(n.card, n.layers);
  return s.finish();
}

}  // namespace

int main(int count, char** arguments) {
  options o;
  CLI::App app("Which layer and which pooling finds the right photos, in one table.", "cnnpool-study");
  app.add_option("--photos", o.photos, "folder of photos (in it, or in its jpg/; matches: query/ and ref/)");
  app.add_option("--truth", o.truth, "groups:FILE, matches:FILE, oxford:FOLDER, revisited:FILE, or none");
  app.add_option("--train", o.train, "folder of photos that PCA is learned on; without it the database itself");
  app.add_option("--models", o.models, "folder of the known networks");
  app.add_option("--network", o.networks, "known networks to run; all that are there")->delimiter(',');
  app.add_option("--model", o.own.model, "your own network: .onnx, .prototxt or .cfg");
  app.add_option("--weights", o.own.weights, "its .caffemodel or .weights");
  app.add_option("--name", o.own.name, "its name in the table");
  app.add_flag("--rgb", o.own.rgb, "it wants RGB; else BGR");
  app.add_option("--mean", o.own.mean, "subtracted per channel, pixels 0 to 255")->delimiter(',')->expected(3);
  app.add_option("--deviation", o.own.deviation, "divided by per channel")->delimiter(',')->expected(3);
  app.add_option("--input-scale", o.own.scale, "multiplied with after that")->capture_default_str();
  app.add_option("--multiple", o.own.multiple, "heights and widths are rounded to multiples of this")
      ->capture_default_str();
  app.add_option("--resize", o.own.resize, "auto, area, linear, cubic or lanczos")->capture_default_str();
  app.add_option("--layers", o.layers, "layers to pool; NAME+relu rectifies while reading")->delimiter(',');
  app.add_option("--policies", o.policies, "sum, max, gem, spoc, crow, rmac, rmac+max; all")->delimiter(',');
  app.add_option("--side", o.side, "pixels of the longer side, 0: as the photo is")->capture_default_str();
  app.add_option("--scales", o.scales, "several sizes, their descriptors averaged: 1,0.7071,0.5")->delimiter(',');
  app.add_option("--dimensions", o.dimensions, "of the reduced descriptor")->capture_default_str();
  app.add_option("--cache", o.cache, "folder of the activations; OUT/cache");
  app.add_option("--out", o.out, "folder of the tables")->capture_default_str();
  app.add_option("--pictures", o.pictures, "folder for pictures of the best row");
  app.add_option("--list-layers", o.list_layers, "WIDTHxHEIGHT: print the layers with their shapes, nothing else");
  try {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    // OpenCV prints every error before it throws it.
    cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
    app.parse(count, arguments);
    return run(o);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const std::exception& e) {
    std::string sentence = e.what();
    std::ranges::replace(sentence, '\n', ' ');
    std::fprintf(stderr, "cnnpool-study: %s\n", sentence.c_str());
    return 1;
  }
}
