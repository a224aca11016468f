// cnnpool-study: which layer and which pooling finds the right photos, in one table.
//
//   cnnpool-study --photos paris5 --truth groups:paris5/groups.txt --models models --out study
//   cnnpool-study --photos mine --truth groups:mine/groups.txt --model net.onnx --rgb --mean 123.7,116.3,103.5
//                 --deviation 58.4,57.1,57.4 --layers features,features+relu --out study
//   cnnpool-study --photos mine --truth none --model net.onnx --rgb --layers features --policies rmac
//                 --pictures mine-out
//   cnnpool-study --model net.prototxt --weights net.caffemodel --list-layers 512x384
//   cnnpool-study ... --parameters tuned.npz --mean-image mean.npy     a network that cnnpool-finetune trained
//
// Rows: layer x policy; columns: the descriptor as it is, PCA to some dimensions, whitened, and whitened at full rank.
// The best row's descriptors, as they are, go to descriptors.npy and its rankings to ranking.csv; without ground truth
// that is the first row, and there is no table. Activations are kept in the cache as .npy, so a run that is interrupted
// goes on. Photos that cannot be used are named at the end, count as if they were not there, and make the exit code 3;
// anything else that is wrong is one sentence on stderr and 1. A full disk is no photo's fault: it ends the run, and
// the sentence says what is saved. Nothing is written among the photos, nor over files that no study wrote.

#include <deque>

#include "../program_main.hpp"
#include "command_line.hpp"
#include "compare_sizes.hpp"
#include "dead_rows.hpp"
#include "evaluation.hpp"
#include "features.hpp"
#include "outputs.hpp"
#include "policies.hpp"
#include "pooled_layer.hpp"
#include "ranking.hpp"
#include "region_whitening.hpp"
#include "row_pictures.hpp"
#include "study_photos.hpp"
#include "table.hpp"

namespace {

namespace fs = std::filesystem;

void check(const study_options& o) {
  if (o.dimensions < 1) cnnpool::raise("--dimensions: ", o.dimensions, ", expected at least 1");
  for (const int side : o.sides)
    if (side < 0) cnnpool::raise("--side: ", side, ", expected at least 1, or 0 for photos as they are");
  for (const double s : o.scales)
    if (!(s > 0 && s <= 8)) cnnpool::raise("--scales: ", s, ", expected more than 0 and at most 8");
}

std::vector<study_policy> policies_of(const study_options& o) {
  std::vector<study_policy> out;
  const auto all = study_policies();
  const bool everything = std::ranges::find(o.policies, "all") != o.policies.end();
  std::string names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    names += ", " + all[i].name;
    if (everything || (o.policies.empty() ? i < usual_policies
                                          : std::ranges::find(o.policies, all[i].name) != o.policies.end()))
      out.push_back(all[i]);
  }
  for (const std::string& name : o.policies)
    if (name != "all" && std::ranges::none_of(out, [&](const auto& p) { return p.name == name; }))
      cnnpool::raise("--policies: \"", name, "\" is no policy of the study, expected some of all", names);
  return out;
}

class study {
 public:
  explicit study(const study_options& o) : o_(o), table_(o.dimensions), judged_(o.truth != "none") {
    policies_ = policies_of(o);
    for (const std::string& photos : {o.photos, o.train}) {
      check_not_among_photos("--out", o.out, photos);
      check_not_among_photos("--pictures", o.pictures, photos);
      check_not_among_photos("--cache", cache_folder(), photos);
    }
    photos_ = read_photos(o.photos, o.truth, o.train, o.boxes);
    for (const std::string& note : photos_.task.notes) std::fprintf(stderr, "%s\n", note.c_str());
    guarded([&] { prepare_outputs(o.out, o.pictures); });
  }

  /// side: one of those asked for.
  void run(network& net, const std::vector<std::string>& layers, int side) {
    study_photos photos = photos_;
    guarded([&] { run(net, layers, side, photos); }, &photos);
  }

  int finish() {
    guarded([&] {
      save();
      if (!o_.pictures.empty() && judged_) draw_plots(o_.pictures, curves_, best_);
    });
    if (judged_)
      std::printf("\n%s\n%s/study.csv, %s/study.md\n", table_.plain().c_str(), o_.out.c_str(), o_.out.c_str());
    std::printf("%s, %s: %s/descriptors.npy (%td x %td), names.txt, ranking.csv\n", best_.layer.c_str(),
                best_.policy.c_str(), o_.out.c_str(), best_descriptors_.database.rows(),
                best_descriptors_.database.cols());
    for (const auto& [name, problem] : problems_)
      std::fprintf(stderr, "left out: %s: %s\n", name.c_str(), problem.c_str());
    if (problems_.empty()) return 0;
    std::fprintf(stderr, "cnnpool-study: %zu photos were left out\n", problems_.size());
    return 3;
  }

 private:
  fs::path cache_folder() const { return o_.cache.empty() ? fs::path(o_.out) / "cache" : fs::path(o_.cache); }

  std::string saved_so_far(const study_photos* photos) const {
    std::string saved;
    if (photos != nullptr)
      saved = "the features of " + std::to_string(photos->ready()) + " of " + std::to_string(photos->count()) +
              " photos are in " + cache_folder().string() + ", ";
    if (judged_) saved += std::to_string(saved_rows_) + " rows of the table are in " + o_.out + ", ";
    return saved.empty() ? "nothing is saved yet, " : saved;
  }
  /// What f cannot write ends the run, with what is saved, and so does the user. photos: those whose features f makes.
  template <class F>
  void guarded(F&& f, const study_photos* photos = nullptr) {
    try {
      f();
    } catch (const storage_failure& e) {
      cnnpool::raise(e.what(), "; ", saved_so_far(photos),
                     "and the same command goes on from there when that is mended");
    } catch (const interruption& e) {
      cnnpool::raise(e.what(), "; ", saved_so_far(photos), "and the same command goes on from there");
    }
  }

  void run(network& net, const std::vector<std::string>& layers, int side, study_photos& photos) {
    feature_cache cache(cache_folder(), net, side, o_.scales);
    std::string name = net.card().name;
    if (o_.sides.size() > 1) name += side == 0 ? "@full" : "@" + std::to_string(side);
    std::vector<std::string> plain;  // layer+relu is read from the layer's own file
    for (const std::string& layer : layers)
      if (std::ranges::find(plain, base_of(layer)) == plain.end()) plain.push_back(base_of(layer));
    prepare_features(cache, name, plain, photos, problems_);
    leave_out_broken(photos);
    if (judged_) check_something_is_asked(photos, problems_);
    if (const auto ms = cache.milliseconds_per_pass())
      std::printf("%s: %.0f ms per forward pass\n", name.c_str(), *ms);
    for (const std::string& layer : layers) {
      measure_layer(cache, photos, name, layer);
      save();  // what is there so far
    }
    if (best_.network != name) return;
    save_ranking(o_.out, photos.task, best_descriptors_.database, best_descriptors_.queries, photos.asked_ok());
    if (o_.pictures.empty()) return;
    draw_matches(o_.pictures, photos, best_descriptors_, judged_);
    draw_maps(o_.pictures, cache, photos, best_.layer, judged_);
  }

  void measure_layer(const feature_cache& cache, const study_photos& photos, const std::string& network,
                     const std::string& layer) {
    std::string first;
    for (std::size_t i = 0; first.empty(); ++i)
      if (photos.database_ok[i] != 0) first = photos.task.database[i].name;
    const auto extents = cache.read(first, base_of(layer), 0).view().extents();
    std::vector<study_policy> policies;
    std::vector<std::string> notes;
    // A fully connected layer: every policy is the vector itself.
    if (extents.positions() == 1) policies.assign(1, no_pooling());
    else policies = learned_policies(cache, photos, layer, policies_, o_.dimensions, notes);
    for (const std::string& note : notes) table_.note(network + ": " + note);
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
      const dead_rows dead = look_for_dead_rows(all[p].database, photos.database_ok);
      if (dead.zero > 0 || dead.all_alike())
        std::fprintf(stderr, "warning: %s %s %s: %s; ties go by the order of the photos, so mAP says little\n",
                     network.c_str(), layer.c_str(), row.policy.c_str(), dead.text().c_str());
      row.map_size = std::to_string(extents.c) + "x" + std::to_string(extents.h) + "x" + std::to_string(extents.w);
      dimension_curve curve;
      if (judged_) evaluate_row(photos, all[p], o_.dimensions, row, o_.pictures.empty() ? nullptr : &curve);
      else row.raw.dimensions = all[p].database.cols();
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
    study_outputs outputs;
    outputs.add(fs::path(o_.out) / "study.csv", table_.csv());
    outputs.add(fs::path(o_.out) / "study.md", table_.markdown());
    outputs.commit();
    saved_rows_ = table_.rows().size();
  }

  study_options o_;
  std::vector<study_policy> policies_;
  study_photos photos_;
  study_table table_;
  photo_problems problems_;
  bool judged_;
  double best_map_ = -1;
  std::size_t saved_rows_ = 0;
  study_row best_;
  pooled_layer best_descriptors_;
  std::vector<row_curve> curves_;
};

int run(const study_options& o) {
  check(o);
  const auto known = networks_of(o);
  // All of them are read, and their layers looked for, before the first photo is.
  std::deque<network> networks;
  for (const auto& n : known) {
    networks.emplace_back(n.card);
    for (const std::string& layer : n.layers)
      if (o.list_layers.empty()) networks.back().full_name(base_of(layer));
  }
  if (!o.list_layers.empty()) {
    for (network& net : networks) print_layers(net, o.list_layers);
    return 0;
  }
  if (!o.compare_sizes.empty()) {
    for (std::size_t i = 0; i < known.size(); ++i)
      compare_sizes(networks[i], known[i].layers, o.compare_sizes, o.sides);
    return 0;
  }
  if (o.photos.empty() || o.truth.empty())
    cnnpool::raise("--photos and --truth (none, where there is none) are needed (or --list-layers)");
  study s(o);
  for (std::size_t i = 0; i < known.size(); ++i)
    for (const int side : o.sides) s.run(networks[i], known[i].layers, side);
  return s.finish();
}

}  // namespace

int main(int count, char** arguments) {
  study_options o;
  CLI::App app("Which layer and which pooling finds the right photos, in one table.", "cnnpool-study");
  add_options(app, o);
  watch_for_interruption();
  const int result = program_main("cnnpool-study", app, count, arguments, [&] { return run(o); });
  die_if_interrupted();
  return result;
}
