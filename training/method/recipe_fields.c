// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/method/recipe_fields.h"

#include <stdint.h>
#include <string.h>

static const char*
task_name(int value)
{
  return value <= (int)MODEL_MORPH ? model_kind_name((ModelKind)value) : NULL;
}

static const char*
unit_name(int value)
{
  return value <= (int)ACTIVATION_SOFTPLUS ? activation_name((Activation)value) : NULL;
}

/// The name at `value`, or NULL.  @param names Up to a NULL.
static const char*
name_at(const char* const* names, int value)
{
  int n = 0;
  while (names[n] && n < value) {
    ++n;
  }
  return names[n];
}

#define NAMES(function, ...)                                  \
  static const char* function(int value)                      \
  {                                                           \
    static const char* const names[] = { __VA_ARGS__, NULL }; \
    return name_at(names, value);                             \
  }

NAMES(corruption_name, "none", "recorded", "masking", "salt_and_pepper", "gaussian")
NAMES(step_name, "autoencoder", "variational", "rbm")
NAMES(reconstruction_name, "squared", "cross_entropy", "rms")
NAMES(visible_name, "binary", "gaussian")
NAMES(optimizer_name, "adam", "momentum", "muon")
NAMES(skip_name, "none", "pca")
NAMES(code_name, "plain", "variational")
NAMES(weights_name, "float32", "float16")
NAMES(precision_choice, "float32", "bfloat16", "auto")
NAMES(switch_name, "no", "yes")

#define COUNT(key, member, min, max, words)                           \
  {                                                                   \
    key, FIELD_COUNT, offsetof(Recipe, member), min, max, NULL, words \
  }
#define REAL(key, member, min, max, words)                           \
  {                                                                  \
    key, FIELD_REAL, offsetof(Recipe, member), min, max, NULL, words \
  }
#define SINGLE(key, member, min, max, words)                           \
  {                                                                    \
    key, FIELD_SINGLE, offsetof(Recipe, member), min, max, NULL, words \
  }
#define TEXT(key, member, words)                                 \
  {                                                              \
    key, FIELD_TEXT, offsetof(Recipe, member), 0, 0, NULL, words \
  }
#define CHOICE(key, member, names, words)                           \
  {                                                                 \
    key, FIELD_CHOICE, offsetof(Recipe, member), 0, 0, names, words \
  }
#define SWITCH(key, member, words)                                        \
  {                                                                       \
    key, FIELD_SWITCH, offsetof(Recipe, member), 0, 0, switch_name, words \
  }
#define STAGE(key, member)                                                          \
  COUNT(key ".steps", member.steps, 0, 1e9, "Mini-batches; 0 leaves it out"),       \
    CHOICE(key ".optimizer", member.optimizer, optimizer_name,                      \
           "How it goes down; muon: orthogonal steps"),                             \
    REAL(key ".momentum", member.momentum, 0.0, 0.999, "Of momentum and muon"),     \
    REAL(key ".rate", member.rate, 1e-9, 1.0, "Step size at its highest"),          \
    COUNT(key ".warmup", member.warmup, 0, 1e9, "Mini-batches of its rise"),        \
    REAL(key ".final_rate", member.final_rate, 0.0, 1.0, "Share of it at the end"), \
    REAL(key ".clip", member.clip, 1e-6, 1e6, "Greatest norm of a gradient"),       \
    COUNT(key ".validate_every", member.validate_every, 1, 1e9,                     \
          "Mini-batches between looks at files kept to judge by"),                  \
    COUNT(key ".patience", member.patience, 0, 1e6,                                 \
          "Looks without a better one before it ends; 0: never"),                   \
    REAL(key ".average", member.average, 0.0, 0.99999,                              \
         "Share that a running mean of the weights keeps; 0: there is none")

/// What model_shape_check() looks at in detail is only kept from absurdity here.
const Field recipe_fields[] = {
  CHOICE("task", task, task_name, "What is trained"),
  TEXT("name", name, "Of the model, for its card"),
  TEXT("licence", licence, "Of the model, as SPDX writes it, for its card"),
  TEXT("data", data, "What it is trained on, in words, for its card"),
  TEXT("from", from, "Model file whose numbers are the first, beside the recipe or from here"),
  { "seed", FIELD_SEED, offsetof(Recipe, seed), 0, 0, NULL,
    "Of all chance; of which files are kept to judge by as well, but for a denoiser" },
  CHOICE("precision", precision, precision_choice,
         "Of the products of layers while they learn; auto: the faster one"),
  REAL("rate_hz", rate_hz, 8000.0, 192000.0, "Samples per second of all sound"),
  REAL("window_s", window_s, 0.001, 1.0, "Of a frame, s; a denoiser has 0.02"),
  REAL("hop_s", hop_s, 0.001, 1.0, "From frame to frame, s"),
  REAL("valid_share", valid_share, 0.001, 0.9,
       "Of the files, kept to judge by where no MANIFEST.tsv tells"),
  REAL("initial_gain", initial_gain, 0.01, 0.99, "What an untrained mask lets pass"),
  REAL("initial_spread", initial_spread, 0.01, 10.0,
       "Spread of the first weights, over the usual one"),
  CHOICE("skip", skip, skip_name, "pca: principal components go around the layers"),
  CHOICE("code", code, code_name, "variational: drawn from a posterior"),
  CHOICE("weights", weights, weights_name, "Numbers that the model file holds"),
  CHOICE("reconstruction", reconstruction, reconstruction_name, "What is made small, end to end"),
  REAL("variational.beta", variational.beta, 0.0, 1000.0,
       "Weight of the divergence from the prior"),
  COUNT("variational.warmup", variational.warmup, 0, 1e9, "Mini-batches of its rise"),
  REAL("variational.free_bits", variational.free_bits, 0.0, 100.0,
       "Nats per dimension that cost nothing"),
  REAL("spectrum.range_db", spectrum.range_db, 10.0, 300.0,
       "Bins softer than this below the loudest read as that"),
  COUNT("spectrum.per_file", spectrum.per_file, 0, 1e6, "Frames drawn of each file; 0: all"),
  SWITCH("spectrum.unit", spectrum.unit, "Numbers in 0...1 for binary units, not in -1...1"),
  SWITCH("spectrum.by_group", spectrum.by_group, "Whole folders, not files, are kept to judge by"),
  REAL("morph.scale_db", morph.scale_db, 1.0, 100.0, "Decibels that are 1 to the network"),
  TEXT("morph.anchors", morph.anchors, "Names of timbres to keep; none: all, or the largest"),
  REAL("morph.shift_bands", morph.shift_bands, 0.0, 16.0,
       "Furthest that envelopes are moved up and down"),
  SINGLE("bands.step_hz", features.bands.step_hz, 1.0, 24000.0, "Width of the low bands"),
  SINGLE("bands.linear_hz", features.bands.linear_hz, 0.0, 96000.0, "Up to where they reach"),
  SINGLE("bands.top_hz", features.bands.top_hz, 0.0, 96000.0, "Up to where the others reach"),
  COUNT("bands.n_erb", features.bands.n_erb, 0, BANDS_MAX,
        "How many others there are, equally wide to the ear"),
  SINGLE("features.silence_db", features.silence_db, -300.0, 0.0, "What silence reads"),
  SINGLE("features.scale_db", features.scale_db, 0.1, 1000.0, "Decibels that are 1 to the network"),
  SINGLE("features.rise_s", features.rise_s, 0.001, 60.0,
         "Time constant of the running level upwards"),
  SINGLE("features.fall_s", features.fall_s, 0.001, 60.0, "And downwards"),
  SINGLE("features.smooth_s", features.smooth_s, 0.001, 60.0,
         "Of the levels that the noise floor is the minimum of"),
  SINGLE("features.minimum_s", features.minimum_s, 0.01, 60.0, "Window of that minimum"),
  SINGLE("features.long_minimum_s", features.long_minimum_s, 0.0, 60.0,
         "Of a second floor; 0: there is none"),
  SWITCH("features.profile", features.profile, "Tell whether the floor is a learned profile"),
  SWITCH("features.prior_snr", features.prior_snr,
         "Gains correct those of a Wiener filter, by this"),
  SINGLE("features.prior_limit_db", features.prior_limit_db, -20.0, 120.0,
         "Most of the a priori SNR"),
  SWITCH("features.periodicity", features.periodicity, "Tell how periodic the sound is"),
  REAL("mixture.snr_min_db", mixture.snr_min_db, -60.0, 100.0,
       "Least energy of the sound over that of the noise"),
  REAL("mixture.snr_max_db", mixture.snr_max_db, -60.0, 100.0, "Most of it"),
  REAL("mixture.level_min_db", mixture.level_min_db, -100.0, 0.0, "Least RMS of a mixture"),
  REAL("mixture.level_max_db", mixture.level_max_db, -100.0, 0.0, "Most of it"),
  REAL("mixture.clean_share", mixture.clean_share, 0.0, 1.0, "Of the examples, without noise"),
  REAL("mixture.noise_share", mixture.noise_share, 0.0, 1.0, "Of the examples, without sound"),
  REAL("mixture.second_noise_share", mixture.second_noise_share, 0.0, 1.0,
       "Of the examples, with two noises"),
  REAL("mixture.music_share", mixture.music_share, 0.0, 1.0,
       "Of the examples with sound, those of --music"),
  REAL("mixture.music_snr_min_db", mixture.music_snr_min_db, -60.0, 100.0,
       "As snr_min_db, of music"),
  REAL("mixture.backwards_share", mixture.backwards_share, 0.0, 1.0,
       "Of the recorded noises, played backwards"),
  REAL("mixture.loop_share", mixture.loop_share, 0.0, 1.0,
       "Of the recorded noises, with a stretch repeated"),
  REAL("mixture.shot_share", mixture.shot_share, 0.0, 1.0,
       "Of the noises: keys, steps, knocks, synthesized"),
  REAL("mixture.call_share", mixture.call_share, 0.0, 1.0,
       "Of the noises: birds, insects, beeps, synthesized"),
  REAL("mixture.steady_share", mixture.steady_share, 0.0, 1.0,
       "Of the noises: hiss, hum, fans, wind, synthesized"),
  REAL("mixture.babble_share", mixture.babble_share, 0.0, 1.0,
       "Of the noises: many of the voices of --data at once"),
  REAL("mixture.profile_share", mixture.profile_share, 0.0, 1.0,
       "Of the noisy examples, with the noise learned before"),
  REAL("mixture.reverberation_share", mixture.reverberation_share, 0.0, 1.0,
       "Of the sounds, in a room, which is kept"),
  REAL("mixture.low_pass_share", mixture.low_pass_share, 0.0, 1.0, "Of the sounds, without highs"),
  REAL("mixture.drive_share", mixture.drive_share, 0.0, 1.0,
       "Of the sounds, through an overdriven amplifier"),
  REAL("mixture.clip_share", mixture.clip_share, 0.0, 1.0, "Of the mixtures, cut off"),
  REAL("mixture.equalizer_db", mixture.equalizer_db, 0.0, 40.0,
       "Greatest gain of microphones that differ"),
  REAL("mixture.sound_semitones", mixture.sound_semitones, 0.0, 24.0,
       "Sounds are played faster or slower by up to this"),
  REAL("mixture.noise_semitones", mixture.noise_semitones, 0.0, 24.0, "And recorded noises"),
  COUNT("batch.streams", streams, 1, 65536, "Sequences side by side in a mini-batch"),
  COUNT("batch.frames", frames, 1, 65536, "Frames of each"),
  COUNT("batch.lead", lead, 0, 65536, "Most frames that are heard before, and not judged"),
  COUNT("batch.echoes", echoes, 1, 100, "Mini-batches in a row of the same mixtures"),
  STAGE("pretrain", pretrain),
  STAGE("fine_tune", fine_tune),
  CHOICE("fine_tune.corruption", corruption, corruption_name,
         "Of what an autoencoder hears meanwhile"),
  REAL("fine_tune.amount", corruption_amount, 0.0, 10.0,
       "Of that: share, or deviation of gaussian"),
  REAL("fine_tune.dropout", dropout, 0.0, 0.9, "Of the hidden units, left out meanwhile"),
  REAL("loss.compression", loss.compression, 0.05, 1.0, "Exponent of magnitudes"),
  REAL("loss.magnitude", loss.magnitude, 0.0, 1000.0,
       "Weight of the error of compressed magnitudes"),
  REAL("loss.phase", loss.phase, 0.0, 1000.0, "The same with the phase"),
  REAL("loss.energy", loss.energy, 0.0, 1000.0,
       "Weight of the energy of what is wrong, which SI-SDR is of"),
  REAL("loss.lost_sound", loss.lost_sound, 0.0, 1000.0, "Factor where too little is left"),
  REAL("loss.noise_alone", loss.noise_alone, 0.0, 1000.0,
       "Weight of what is left of noise that sounds alone"),
  REAL("loss.distance", loss.distance, 0.0, 1000.0, "Weight of the log-spectral distance"),
  REAL("loss.above_band", loss.above_band, 0.0, 1.0,
       "Weight above the highest that a recording holds"),
};

const RecipeLayer recipe_layer_default = { .n_taps     = 1,
                                           .activation = ACTIVATION_RELU,
                                           .sparsity   = { .activity = 0.05 },
                                           .cd_k       = 1 };

const Field recipe_layer_fields[] = {
  { "units", FIELD_COUNT, offsetof(RecipeLayer, units), 1, LAYER_MAX_UNITS, NULL,
    "How many; the last layer's are the code" },
  { "activation", FIELD_CHOICE, offsetof(RecipeLayer, activation), 0, 0, unit_name,
    "What they do to their sums" },
  { "step", FIELD_CHOICE, offsetof(RecipeLayer, step), 0, 0, step_name,
    "How the layer is pre-trained" },
  { "corruption", FIELD_CHOICE, offsetof(RecipeLayer, corruption), 0, 0, corruption_name,
    "Of its input meanwhile; recorded: noisy from the recipe's mixtures" },
  { "amount", FIELD_REAL, offsetof(RecipeLayer, corruption_amount), 0.0, 10.0, NULL,
    "Of that: share, or deviation of gaussian" },
  { "reconstruction", FIELD_CHOICE, offsetof(RecipeLayer, reconstruction), 0, 0,
    reconstruction_name, "What is made small, end to end" },
  { "gated", FIELD_SWITCH, offsetof(RecipeLayer, gated), 0, 0, switch_name,
    "Outputs remember for as long as their gates let them" },
  { "tied", FIELD_SWITCH, offsetof(RecipeLayer, tied), 0, 0, switch_name,
    "The way back has the transposed weights meanwhile" },
  { "sparsity", FIELD_REAL, offsetof(RecipeLayer, sparsity.weight), 0.0, 1e6, NULL,
    "Weight of the divergence of mean activity from `activity`" },
  { "activity", FIELD_REAL, offsetof(RecipeLayer, sparsity.activity), 0.0, 1.0, NULL,
    "What that is to be" },
  { "l1", FIELD_REAL, offsetof(RecipeLayer, sparsity.l1), 0.0, 1e6, NULL,
    "Weight of the sum of the code" },
  { "visible", FIELD_CHOICE, offsetof(RecipeLayer, visible), 0, 0, visible_name,
    "Inputs of a Boltzmann machine" },
  { "cd_k", FIELD_COUNT, offsetof(RecipeLayer, cd_k), 1, 1000, NULL, "Its Gibbs steps" },
  { "rate", FIELD_REAL, offsetof(RecipeLayer, rate), 0.0, 1.0, NULL,
    "Overrules that of `pretrain`; 0: does not" },
};

const Field recipe_tap_field = { "taps",
                                 FIELD_COUNT,
                                 0,
                                 0,
                                 LAYER_MAX_DELAY,
                                 NULL,
                                 "Frames of the past that a layer hears, as [0, 1, 2]" };

const size_t recipe_n_fields       = sizeof(recipe_fields) / sizeof(recipe_fields[0]);
const size_t recipe_n_layer_fields = sizeof(recipe_layer_fields) / sizeof(recipe_layer_fields[0]);
const size_t recipe_n_main_layer_fields = 4;

void
recipe_set_defaults(Recipe* recipe)
{
  const bool sequences   = recipe->task == MODEL_DENOISE;
  recipe->seed           = 1;
  recipe->precision      = PRECISION_AUTO;
  recipe->rate_hz        = 48000.0;
  recipe->window_s       = recipe->task == MODEL_MORPH ? 2048.0 / 48000.0 : 0.02;
  recipe->hop_s          = recipe->task == MODEL_MORPH ? 512.0 / 48000.0 : 0.01;
  recipe->valid_share    = 0.1;
  recipe->initial_gain   = 0.9;
  recipe->initial_spread = 1.0;
  recipe->echoes         = 1;
  recipe->variational    = (RecipeVariational){ .beta = 1.0 };
  recipe->spectrum       = (RecipeSpectrum){ .range_db = 100.0, .per_file = 40 };
  recipe->morph          = (RecipeMorph){ .scale_db = 20.0 };
  recipe->streams        = sequences ? 16 : 256;
  recipe->frames         = sequences ? 256 : 1;
  recipe->mixture        = (MixtureConfig){ .snr_min_db          = -5.0,
                                            .snr_max_db          = 25.0,
                                            .level_min_db        = -45.0,
                                            .level_max_db        = -15.0,
                                            .clean_share         = 0.1,
                                            .noise_share         = 0.05,
                                            .second_noise_share  = 0.3,
                                            .steady_share        = 0.35,
                                            .reverberation_share = 0.2,
                                            .low_pass_share      = 0.1,
                                            .clip_share          = 0.03,
                                            .equalizer_db        = 6.0 };
  recipe->pretrain       = (RecipeStage){ .steps          = 300,
                                          .momentum       = 0.9,
                                          .rate           = 1e-3,
                                          .warmup         = 20,
                                          .final_rate     = 0.1,
                                          .clip           = 1.0,
                                          .validate_every = 100 };
  recipe->fine_tune      = (RecipeStage){ .steps          = 12000,
                                          .momentum       = 0.9,
                                          .rate           = 1e-3,
                                          .warmup         = 200,
                                          .final_rate     = 0.02,
                                          .clip           = 1.0,
                                          .validate_every = 250 };
  recipe->loss           = (RecipeLoss){
              .compression = 0.3, .magnitude = 0.7, .phase = 0.3, .energy = 0.2, .lost_sound = 2.0
  };
}

void*
recipe_field_at(const Field* field, const void* base)
{
  return (char*)(uintptr_t)base + field->offset;
}

bool
recipe_concerns(const char* key, ModelKind task)
{
  static const char* const not_denoise[] = { "skip",      "code",   "reconstruction",
                                             "spectrum.", "morph.", NULL };
  static const char* const not_spectra[] = { "initial_gain", "bands.",     "features.",
                                             "mixture.",     "batch.lead", "batch.echoes",
                                             "loss.",        "morph.",     NULL };
  static const char* const not_morph[]   = {
      "initial_gain", "bands.", "features.",         "mixture.",      "batch.lead",
      "batch.echoes", "loss.",  "spectrum.range_db", "spectrum.unit", NULL
  };

  const char* const* others = task == MODEL_DENOISE ? not_denoise
                              : task == MODEL_MORPH ? not_morph
                                                    : not_spectra;
  while (*others && strncmp(key, *others, strlen(*others))) {
    ++others;
  }
  return !*others;
}

const char*
precision_name(Precision precision)
{
  return precision_choice((int)precision);
}
