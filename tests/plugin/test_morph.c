// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Lamina Morph as a host meets it: the built binary, through lilv.

#include "dsp/effect/anchor.h"
#include "plugin/morph.h"
#include "plugin/uris.h"
#include "tests/support/click.h"
#include "tests/support/folder.h"
#include "tests/support/host.h"
#include "tests/support/models.h"
#include "tests/support/signals.h"
#include "tests/support/test.h"

#include <lv2/atom/atom.h>
#include <sndfile.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 96000, LATENCY = 2048, BLOCK = 64 };

static const char* const uris[] = { MORPH_MONO_URI, MORPH_STEREO_URI };

static float dull[2][N];
static float bright[2][N];
static float out[2][N];

/// A note with harmonics that fall by `slope_db` each; softer on the right.
static void
play(const double slope_db, float (*const x)[N])
{
  for (uint32_t i = 0; i < N; ++i) {
    double sum = 0.0;
    for (uint32_t h = 1; h <= 20; ++h) {
      sum += pow(10.0, -slope_db * h / 20.0) * sin(2.0 * M_PI * h * 200.0 * i / 48000.0 + h * h);
    }
    x[0][i] = (float)(0.05 * sum);
    x[1][i] = 0.5f * x[0][i];
  }
}

static int
setup(void** const state)
{
  play(3.0, dull);
  play(0.5, bright);
  return folder_setup(state);
}

/// Level of harmonic 10 over the first, dB, in the second half.
static double
tilt_db(const float* const x)
{
  double power[2] = { 0.0, 0.0 };
  for (uint32_t k = 0; k < 2; ++k) {
    double re = 0.0;
    double im = 0.0;
    for (uint32_t i = N / 2; i < N; ++i) {
      const double phase = 2.0 * M_PI * (k ? 2000.0 : 200.0) * i / 48000.0;
      re += (double)x[i] * cos(phase);
      im += (double)x[i] * sin(phase);
    }
    power[k] = re * re + im * im;
  }
  return 10.0 * log10(power[1] / power[0]);
}

static Host*
open_host(const char* const uri)
{
  const HostConfig config = { .rate_hz = 48000.0, .work = HOST_WORK_LATER, .work_delay = 3 };
  Host* const      host   = host_open(uri, &config);
  assert_non_null(host);
  return host;
}

/// @param side NULL: not connected.
static void
run_part(Host* const host, float (*const in)[N], float (*const side)[N], const uint32_t from,
         const uint32_t to)
{
  for (uint32_t at = from; at < to; at += BLOCK) {
    float* sides[2] = { side ? side[0] + at : NULL, side ? side[1] + at : NULL };
    host_set_side(host, side ? sides : NULL);
    host_run(host, BLOCK, (float*[]){ in[0] + at, in[1] + at },
             (float*[]){ out[0] + at, out[1] + at });
  }
}

static void
run(Host* const host, float (*const in)[N], float (*const side)[N], const uint32_t n)
{
  run_part(host, in, side, 0, n);
}

/// Learn corner B from the input.
static void
learn_bright(Host* const host)
{
  host_set_control(host, "learn_b", 1.0f);
  run(host, bright, NULL, N / 4);
  host_set_control(host, "learn_b", 0.0f);
  run(host, bright, NULL, BLOCK);
}

static void
test_as_it_comes_it_changes_nothing(void** const state)
{
  (void)state;
  for (uint32_t u = 0; u < 2; ++u) {
    Host* const host = open_host(uris[u]);
    assert_string_equal(host_log(host), "");
    host_activate(host);
    run(host, dull, NULL, N);
    assert_int_equal(host_latency(host), LATENCY);
    for (uint32_t c = 0; c < host_channels(host); ++c) {
      assert_true(signal_snr_db(N - LATENCY, dull[c], out[c] + LATENCY) > 120.0);
    }
    host_close(host);
  }
}

/// Held while it sounds, a timbre is learned, told once, and reached; channels keep their ratio.
static void
test_a_timbre_is_learned_and_reached(void** const state)
{
  (void)state;
  for (uint32_t u = 0; u < 2; ++u) {
    Host* const host = open_host(uris[u]);
    host_activate(host);
    learn_bright(host);
    assert_int_equal(host_changes_told(host), 1);
    host_set_control(host, "expression", 0.0f);
    host_set_control(host, "amount", 100.0f);
    run(host, dull, NULL, N);
    assert_true(fabs(tilt_db(dull[0]) + 27.0) < 0.1);
    assert_true(fabs(tilt_db(out[0]) + 4.5) < 2.0);
    for (uint32_t i = 0; u && i < N; ++i) {
      assert_float_equal(out[1][i], 0.5f * out[0][i], 1e-5f);
    }
    host_set_control(host, "clear", 1.0f);
    run(host, dull, NULL, N);
    assert_int_equal(host_changes_told(host), 2);
    assert_true(fabs(tilt_db(out[0]) + 27.0) < 0.5);
    host_close(host);
  }
}

static void
test_the_side_chain_is_learned(void** const state)
{
  (void)state;
  Host* const host = open_host(MORPH_STEREO_URI);
  host_set_control(host, "learn_side", 1.0f);
  host_set_control(host, "learn_c", 1.0f);
  host_set_control(host, "expression", 0.0f);
  host_set_control(host, "amount", 100.0f);
  host_activate(host);
  run(host, dull, NULL, N / 4); // nothing is connected: silence is no timbre
  host_set_control(host, "learn_c", 0.0f);
  run(host, dull, NULL, BLOCK);
  assert_int_equal(host_changes_told(host), 0);
  host_set_control(host, "learn_c", 1.0f);
  run(host, dull, bright, N);
  assert_true(fabs(tilt_db(out[0]) + 4.5) < 2.0); // in use while it is learned
  host_set_control(host, "learn_c", 0.0f);
  run(host, dull, NULL, N);
  assert_int_equal(host_changes_told(host), 1);
  assert_true(fabs(tilt_db(out[0]) + 4.5) < 2.0);
  host_close(host);
}

/// What was learned comes back with a session, to the bit.
static void
test_timbres_are_kept_in_sessions(void** const state)
{
  (void)state;
  static HostMemory memory;
  static float      expected[N];
  Host*             host = open_host(MORPH_MONO_URI);
  host_activate(host);
  learn_bright(host);
  assert_true(host_save_memory(host, &memory));
  for (uint32_t again = 0; again < 2; ++again) {
    host_close(host);
    host = open_host(MORPH_MONO_URI);
    assert_true(host_restore_memory(host, &memory));
    host_set_control(host, "amount", 70.0f);
    host_activate(host);
    run(host, dull, NULL, N);
    if (again) {
      assert_memory_equal(out[0], expected, sizeof(expected));
    } else {
      memcpy(expected, out[0], sizeof(expected));
      assert_true(host_save_memory(host, &memory));
    }
  }

  // A number that is none is refused, and what was there stays.
  HostValue* const value = host_memory_value(host, &memory, LAMINA_ANCHORS_URI);
  assert_non_null(value);
  const float broken = NAN;
  memcpy((char*)value->data + value->size - sizeof(float), &broken, sizeof(broken));
  memcpy((char*)value->data + sizeof(LV2_Atom_Vector_Body) + 80 * sizeof(float), &broken,
         sizeof(broken));
  host_clear_log(host);
  (void)host_restore_memory(host, &memory);
  assert_non_null(strstr(host_log(host), "not what it should be"));
  host_deactivate(host);
  host_activate(host);
  run(host, dull, NULL, N);
  assert_memory_equal(out[0], expected, sizeof(expected));
  host_close(host);
}

/// A model moves by its offsets and to the timbres that it knows; a denoiser in its place is dry
/// sound and a line.
static void
test_models(void** const state)
{
  const char* const path  = models_write(state, "morph.safetensors", models_random_morph(7));
  const char* const wrong = models_write(state, "denoise.safetensors", models_random(1));
  Host* const       host  = open_host(MORPH_MONO_URI);
  host_activate(host);
  host_set_control(host, "offset_1", 2.0f); // of the bundle's own model
  run(host, dull, NULL, N);
  assert_true(signal_snr_db(N - LATENCY, dull[0], out[0] + LATENCY) < 40.0);
  host_set_control(host, "offset_1", 0.0f);
  host_set_control(host, "timbre_d", 2.0f); // alone, so it is the goal wherever x and y are
  host_set_control(host, "amount", 100.0f);
  run(host, dull, NULL, N);
  assert_true(tilt_db(out[0]) > tilt_db(dull[0]) + 3.0); // a trumpet
  host_set_control(host, "timbre_d", 0.0f);
  run(host, dull, NULL, N);
  assert_true(fabs(tilt_db(out[0]) + 27.0) < 0.1);
  host_set_control(host, "offset_1", 2.0f);
  host_deactivate(host);
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, path));
  host_activate(host);
  run(host, dull, NULL, N);
  assert_true(signal_snr_db(N - LATENCY, dull[0], out[0] + LATENCY) < 60.0);
  assert_string_equal(host_log(host), "");

  host_deactivate(host);
  assert_true(host_restore_path(host, LAMINA_MODEL_URI, wrong));
  host_activate(host);
  run(host, dull, NULL, N);
  assert_memory_equal(out[0] + LATENCY, dull[0], (N - LATENCY) * sizeof(float));
  assert_non_null(strstr(host_log(host), "denoise.safetensors: a denoiser"));
  host_close(host);
}

/// Write a sound into the folder of the test.  @return Its path.
static const char*
write_sound(void* const* state, const char* const name, const uint32_t n, const float* const x)
{
  const char* const path = folder_path(state, name);
  SF_INFO info = { .samplerate = 48000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
  SNDFILE* const file = sf_open(path, SFM_WRITE, &info);
  assert_non_null(file);
  assert_int_equal(sf_writef_float(file, x, n), n);
  sf_close(file);
  return path;
}

/// A timbre is learned from a file by the worker, told, reached, and kept without the file.
static void
test_files_are_learned(void** const state)
{
  static HostMemory memory;
  const char* const path = write_sound(state, "bright.wav", N / 4, bright[0]);
  for (uint32_t again = 0; again < 2; ++again) {
    Host* const host = open_host(MORPH_MONO_URI);
    if (again) {
      assert_int_equal(remove(path), 0);
      assert_true(host_restore_memory(host, &memory));
    }
    host_set_control(host, "expression", 0.0f);
    host_set_control(host, "amount", 100.0f);
    host_activate(host);
    if (!again) {
      run(host, dull, NULL, BLOCK);
      host_refuse_work(host, 3);
      host_set_control(host, "file_corner", 2.0f);
      host_set_path(host, LAMINA_MODEL_URI, path);
      const uint32_t n_told = host_paths_told(host);
      run(host, dull, NULL, 8 * BLOCK);
      assert_int_equal(host_changes_told(host), 1);
      assert_int_equal(host_paths_told(host), n_told + 1); // the model is the one that it was
      assert_non_null(strstr(host_path(host), "instruments.safetensors"));
    }
    run(host, dull, NULL, N);
    assert_true(fabs(tilt_db(out[0]) + 4.5) < 2.0);
    assert_string_equal(host_log(host), "");
    assert_true(again || host_save_memory(host, &memory));
    host_close(host);
  }
}

/// What was learned live stays, and live learning goes on meanwhile.
static void
test_files_leave_other_corners_alone(void** const state)
{
  static HostMemory memory;
  const char* const path = write_sound(state, "dull.wav", N / 4, dull[0]);
  Host* const       host = open_host(MORPH_MONO_URI);
  host_activate(host);
  learn_bright(host); // B
  host_set_control(host, "learn_d", 1.0f);
  run(host, bright, NULL, N / 4);
  for (uint32_t i = 0; i < 2; ++i) {
    host_set_control(host, "file_corner", 2.0f * (float)i);
    host_set_path(host, LAMINA_MODEL_URI, path);
    run(host, bright, NULL, 8 * BLOCK);
  }
  host_set_control(host, "learn_d", 0.0f);
  run(host, bright, NULL, BLOCK);
  assert_true(host_save_memory(host, &memory));
  const HostValue* const value   = host_memory_value(host, &memory, LAMINA_ANCHORS_URI);
  const float* const     numbers = (const float*)(value->data + 1); // behind LV2_Atom_Vector_Body
  const uint32_t         corner  = 1 + ANCHOR_PACKED;
  for (uint32_t i = 0; i < 4; ++i) {
    assert_true(numbers[i * corner] == 1.0f);
  }
  assert_memory_equal(numbers, numbers + 2 * corner, corner * sizeof(float));
  assert_memory_not_equal(numbers, numbers + corner, corner * sizeof(float));
  assert_true(numbers[3 * corner + 2] > (float)(N / 4 / 512 - 5)); // frames since the button
  host_close(host);
}

/// A sound that is silent or too short: one line that says which and what to do, and all stays as
/// it was.
static void
test_files_without_a_timbre(void** const state)
{
  static float silence[N];
  const struct {
    const char* path;
    const char* words;
  } wrong[] = {
    { write_sound(state, "silent.wav", N, silence),
      "silent.wav: silent or too short; choose a sound of a tenth of a second or more" },
    { write_sound(state, "short.wav", 3000, bright[0]), "short.wav: silent or too short" },
    { write_sound(state, "empty.wav", 0, bright[0]), "empty.wav: silent or too short" },
  };
  for (uint32_t i = 0; i < sizeof(wrong) / sizeof(*wrong); ++i) {
    Host* const host = open_host(MORPH_STEREO_URI);
    host_set_control(host, "amount", 100.0f);
    host_activate(host);
    host_set_path(host, LAMINA_MODEL_URI, wrong[i].path);
    run(host, dull, NULL, N);
    assert_true(signal_snr_db(N - LATENCY, dull[0], out[0] + LATENCY) > 120.0);
    const char* const line = strchr(host_log(host), '\n');
    assert_non_null(strstr(host_log(host), wrong[i].words));
    assert_true(line && line[1] == '\0');
    assert_int_equal(host_changes_told(host), 0);
    assert_non_null(strstr(host_path(host), "instruments.safetensors"));
    host_close(host);
  }
}

/// MIDI controllers move the sound as their ports do, and a port that moves takes over.
static void
test_controllers_move_the_sound(void** const state)
{
  (void)state;
  static const struct {
    uint8_t     number;
    uint8_t     value;
    const char* symbol;
    float       port;
  } moves[] = {
    { 1, 64, "amount", 50.0f },    { 16, 127, "x", 100.0f },     { 17, 127, "y", 100.0f },
    { 18, 0, "expression", 0.0f }, { 21, 64, "wet", 50.0f },     { 64, 64, "freeze", 1.0f },
    { 70, 127, "offset_1", 3.0f }, { 77, 0, "offset_8", -3.0f },
  };
  static float expected[N / 4];
  Host* const  host = open_host(MORPH_MONO_URI);
  host_set_control(host, "timbre_a", 2.0f);
  host_set_control(host, "timbre_b", 3.0f);
  host_set_control(host, "timbre_d", 5.0f);
  host_set_control(host, "amount", 100.0f);
  for (uint32_t i = 0; i < sizeof(moves) / sizeof(*moves); ++i) {
    const float before = host_control(host, moves[i].symbol);
    host_set_control(host, moves[i].symbol, moves[i].port);
    for (uint32_t pass = 0; pass < 3; ++pass) { // by the port, by MIDI, and back
      host_activate(host);
      if (pass == 1) {
        host_send_controller(host, moves[i].number, moves[i].value);
      }
      run(host, dull, NULL, N / 4);
      host_deactivate(host);
      if (pass == 0) {
        memcpy(expected, out[0], sizeof(expected));
        host_set_control(host, moves[i].symbol, before);
      } else if (pass == 1) {
        assert_memory_equal(out[0], expected, sizeof(expected));
        host_set_control(host, moves[i].symbol, moves[i].port);
        host_activate(host);
        run(host, dull, NULL, BLOCK);
        host_deactivate(host);
        host_set_control(host, moves[i].symbol, before);
      } else {
        assert_memory_not_equal(out[0], expected, sizeof(expected));
      }
    }
  }
  host_close(host);
}

/// Frames of the modes Studio, Tight and Live, as they are reported.
static const uint32_t latencies[] = { 2048, 512, 0 };

/// In every mode the delay is the one that is reported: with amount 0 and in bypass.
static void
test_modes_tell_their_delay(void** const state)
{
  (void)state;
  for (uint32_t i = 0; i < 2 * 3; ++i) {
    const uint32_t latency = latencies[i % 3];
    Host* const    host    = open_host(uris[i / 3]);
    host_set_control(host, "mode", (float)(i % 3));
    host_activate(host);
    for (uint32_t bypass = 0; bypass < 2; ++bypass) {
      host_set_control(host, "enabled", bypass ? 0.0f : 1.0f);
      run(host, dull, NULL, N);
      assert_int_equal(host_latency(host), latency);
      const uint32_t from = bypass ? 4096 : 0;
      for (uint32_t c = 0; c < host_channels(host); ++c) {
        const float* const late = out[c] + from + latency;
        assert_true(signal_snr_db(N - from - latency, dull[c] + from, late) > 120.0);
        if (bypass) {
          assert_memory_equal(late, dull[c] + from, (N - from - latency) * sizeof(float));
        }
      }
    }
    host_close(host);
  }
}

/// A change of mode is told in the block it is asked for in, and is heard without a click: with the
/// effect, and in bypass.
static void
test_modes_change_without_a_click(void** const state)
{
  (void)state;
  for (uint32_t i = 0; i < 2 * 9; ++i) {
    const uint32_t before = i / 3 % 3;
    const uint32_t after  = i % 3;
    const bool     bypass = i >= 9;
    Host* const    host   = open_host(MORPH_MONO_URI);
    host_set_control(host, "mode", (float)before);
    host_set_control(host, "enabled", bypass ? 0.0f : 1.0f);
    host_set_control(host, "timbre_a", 2.0f);
    host_set_control(host, "amount", 100.0f);
    host_activate(host);
    run_part(host, bright, NULL, 0, N / 2);
    host_set_control(host, "mode", (float)after);
    run_part(host, bright, NULL, N / 2, N / 2 + BLOCK);
    assert_int_equal(host_latency(host), latencies[after]);
    run_part(host, bright, NULL, N / 2 + BLOCK, N);
    const double click = click_db(out[0], N / 2 - 200, N / 2 + 12000, 48000.0);
    print_message("mode %u to %u: %.1f dB\n", before, after, click);
    assert_true(click < -60.0);
    const uint32_t settled = N / 2 + 12000;
    if (bypass) {
      assert_memory_equal(out[0] + settled, bright[0] + settled - latencies[after],
                          (N - settled) * sizeof(float));
    }
    host_close(host);
  }
}

/// A model for another, and another for none, while sound runs, in every mode: no click.
static void
test_swaps_do_not_click(void** const state)
{
  enum { SWAP = 9600, LAST = N - 200 };
  const char* const paths[] = { models_write(state, "first.safetensors", models_random_morph(7)),
                                models_write(state, "second.safetensors", models_random_morph(8)),
                                folder_path(state, "missing.safetensors") };
  for (uint32_t mode = 0; mode < 3; ++mode) {
    Host* const host = open_host(MORPH_MONO_URI);
    assert_true(host_restore_path(host, LAMINA_MODEL_URI, paths[0]));
    host_set_control(host, "mode", (float)mode);
    host_set_control(host, "timbre_a", 1.0f);
    host_set_control(host, "amount", 100.0f);
    host_set_control(host, "offset_1", 2.0f);
    host_activate(host);
    run(host, bright, NULL, N);
    for (uint32_t swap = 1; swap < 3; ++swap) {
      static float before[N];
      memcpy(before, out[0], sizeof(before));
      run_part(host, bright, NULL, 0, SWAP);
      host_set_path(host, LAMINA_MODEL_URI, paths[swap]);
      run_part(host, bright, NULL, SWAP, N);
      const double click = click_db(out[0], 4096, LAST, 48000.0);
      print_message("mode %u: %.1f dB\n", mode, click);
      assert_true(click < -60.0);
      assert_true(signal_snr_db(N / 2, before + N / 2, out[0] + N / 2) < 40.0);
    }
    host_close(host);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_as_it_comes_it_changes_nothing),
    cmocka_unit_test(test_a_timbre_is_learned_and_reached),
    cmocka_unit_test(test_the_side_chain_is_learned),
    cmocka_unit_test(test_timbres_are_kept_in_sessions),
    cmocka_unit_test(test_models),
    cmocka_unit_test(test_files_are_learned),
    cmocka_unit_test(test_files_leave_other_corners_alone),
    cmocka_unit_test(test_files_without_a_timbre),
    cmocka_unit_test(test_controllers_move_the_sound),
    cmocka_unit_test(test_modes_tell_their_delay),
    cmocka_unit_test(test_modes_change_without_a_click),
    cmocka_unit_test(test_swaps_do_not_click),
  };
  return cmocka_run_group_tests(tests, setup, folder_teardown);
}
