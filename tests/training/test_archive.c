// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "training/preset/archive.h"

#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "training/preset/member.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/// An entry of an archive that somebody made by hand.
typedef struct {
  const char* path;
  mode_t      type; ///< 0 for AE_IFREG
  const char* link; ///< Where a symbolic link leads
  const char* hard; ///< Where a hard link leads
  mode_t      rights;
  uint64_t    size; ///< Bytes, all zero
} Entry;

static const Entry good = { .path = "a.lv2/manifest.ttl", .size = 4 };

static void
add(struct archive* const archive, const Entry* const made)
{
  static const char           zeros[65536];
  struct archive_entry* const entry = archive_entry_new();
  archive_entry_set_pathname(entry, made->path);
  archive_entry_set_filetype(entry, made->type ? made->type : AE_IFREG);
  archive_entry_set_perm(entry, made->rights ? made->rights : 0644);
  archive_entry_set_size(entry, (la_int64_t)made->size);
  if (made->link) {
    archive_entry_set_symlink(entry, made->link);
  }
  if (made->hard) {
    archive_entry_set_hardlink(entry, made->hard);
  }
  assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
  for (uint64_t done = 0; done < made->size; done += sizeof(zeros)) {
    const uint64_t rest = made->size - done;
    const size_t   n    = rest < sizeof(zeros) ? (size_t)rest : sizeof(zeros);
    assert_int_equal(archive_write_data(archive, zeros, n), n);
  }
  archive_entry_free(entry);
}

/// @return Path of the archive.
static const char*
make(void* const* state, const bool zip, const size_t n, const Entry* const entries)
{
  const char* const     path    = folder_path(state, zip ? "x.zip" : "x.tar.gz");
  struct archive* const archive = archive_write_new();
  if (zip) {
    archive_write_set_format_zip(archive);
  } else {
    archive_write_set_format_pax(archive);
    archive_write_add_filter_gzip(archive);
  }
  assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
  for (size_t i = 0; i < n; ++i) {
    add(archive, &entries[i]);
  }
  assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
  return path;
}

/// Unfold into "to/in", so that what goes up can be seen.
static Status
extract(void* const* state, const char* const path, char** const name, Diagnostic* const why)
{
  (void)mkdir(folder_path(state, "to"), 0755);
  (void)mkdir(folder_path(state, "to/in"), 0755);
  return archive_extract(path, folder_path(state, "to/in"), name, why);
}

static void
expect_refusal_of(void* const* state, const char* const path, const char* const words)
{
  Diagnostic why  = { "" };
  char*      name = NULL;
  assert_int_equal(extract(state, path, &name, &why), STATUS_BAD_FILE);
  assert_null(name);
  if (!strstr(why.text, words) || strncmp(why.text, path, strlen(path)) != 0) {
    fail_msg("\"%s\" says nothing of \"%s\"", why.text, words);
  }
}

/// That an entry is refused, behind a good one, in both kinds of archive.
static void
expect_refusal(void* const* state, const Entry bad, const char* const words)
{
  const Entry entries[] = { good, bad };
  for (int zip = 0; zip < 2; ++zip) {
    if (!(zip && bad.hard)) { // which a zip does not have
      expect_refusal_of(state, make(state, zip, 2, entries), words);
    }
    remove(folder_path(state, "to/in/a.lv2/manifest.ttl"));
  }
}

static void
assert_absent(void* const* state, const char* const name)
{
  struct stat info;
  assert_int_not_equal(lstat(folder_path(state, name), &info), 0);
}

static void
make_bundle(void* const* state)
{
  folder_make(state, "b.lv2");
  folder_make(state, "b.lv2/models");
  folder_write(state, "b.lv2/manifest.ttl", 3, "abc");
  folder_write(state, "b.lv2/models/m.safetensors", 5, "mo\0el");
  folder_write(state, "b.lv2/README.md", 0, NULL);
}

static void
check_round_trip(void* const* state, const char* const file)
{
  char              bytes[8] = "";
  char*             name     = NULL;
  const char* const path     = folder_path(state, file);
  make_bundle(state);
  assert_int_equal(archive_write(folder_path(state, "b.lv2"), "My room.lv2", path, NULL),
                   STATUS_SUCCESS);
  assert_int_equal(extract(state, path, &name, NULL), STATUS_SUCCESS);
  assert_string_equal(name, "My room.lv2");
  assert_int_equal(folder_read(state, "to/in/My room.lv2/manifest.ttl", 8, bytes), 3);
  assert_memory_equal(bytes, "abc", 3);
  assert_int_equal(folder_read(state, "to/in/My room.lv2/models/m.safetensors", 8, bytes), 5);
  assert_memory_equal(bytes, "mo\0el", 5);
  assert_int_equal(folder_read(state, "to/in/My room.lv2/README.md", 8, bytes), 0);
  free(name);
}

static void
test_round_trip_by_zip(void** state)
{
  check_round_trip(state, "x.zip");
}

static void
test_round_trip_by_tar(void** state)
{
  check_round_trip(state, "x.tar.gz");
}

static void
test_the_same_bundle_makes_the_same_bytes(void** state)
{
  static const char* const names[] = { "1.zip", "1.tgz", "2.zip", "2.tgz" };
  static char              bytes[4][4096];
  make_bundle(state);
  for (int i = 0; i < 4; ++i) {
    assert_int_equal(
      archive_write(folder_path(state, "b.lv2"), "b.lv2", folder_path(state, names[i]), NULL),
      STATUS_SUCCESS);
    const size_t n = folder_read(state, names[i], 4096, bytes[i]);
    assert_in_range(n, 100, 4095);
    if (i == 1) {
      const struct timespec times[] = { { 1000000000, 0 }, { 1000000000, 0 } };
      utimensat(0, folder_path(state, "b.lv2/manifest.ttl"), times, 0);
      sleep(1); // so that a clock would show
    }
  }
  assert_memory_equal(bytes[0], bytes[2], sizeof(*bytes));
  assert_memory_equal(bytes[1], bytes[3], sizeof(*bytes));
}

static void
test_archives_by_other_programs(void** state)
{
  char* name = NULL;
  char  command[1024];
  make_bundle(state);
  if (system("command -v zip > /dev/null && command -v tar > /dev/null")) {
    skip();
  }
  snprintf(command, sizeof(command),
           "cd '%s' && zip -qr z.zip b.lv2 && tar czf t.tgz ./b.lv2 && tar cf p.tar b.lv2 && "
           "mkdir s && mv b.lv2 s && tar czf d.tgz -C s .",
           (const char*)*state);
  assert_int_equal(system(command), 0);
  static const char* const names[] = { "z.zip", "t.tgz", "d.tgz", "p.tar" };
  for (int i = 0; i < 4; ++i) {
    char byte = 0;
    assert_int_equal(extract(state, folder_path(state, names[i]), &name, NULL), STATUS_SUCCESS);
    assert_string_equal(name, "b.lv2");
    assert_int_equal(folder_read(state, "to/in/b.lv2/models/m.safetensors", 1, &byte), 1);
    free(name);
    snprintf(command, sizeof(command), "rm -r '%s/to/in'", (const char*)*state);
    assert_int_equal(system(command), 0);
  }
}

static void
test_paths_that_lead_out(void** state)
{
  expect_refusal(state, (Entry){ .path = "a.lv2/../../up.ttl" }, "leads out");
  expect_refusal(state, (Entry){ .path = "a.lv2/../../up/up.ttl" }, "leads out");
  expect_refusal(state, (Entry){ .path = "../up.ttl" }, "up.ttl: ");
  expect_refusal(state, (Entry){ .path = "/tmp/lamina-up.ttl" }, "up.ttl: ");
  expect_refusal(state, (Entry){ .path = "a.lv2/models/../../../up.ttl" }, "leads out");
  expect_refusal(state, (Entry){ .path = "a.lv2//tmp/lamina-up.ttl" }, "leads out");
  expect_refusal(state, (Entry){ .path = "a.lv2\\..\\up.ttl" }, "up.ttl: ");
  expect_refusal(state, (Entry){ .path = "a.lv2/..\\..\\up.ttl" }, "plain");
  expect_refusal(state, (Entry){ .path = "a.lv2/../../up", .type = AE_IFDIR }, "leads out");
  assert_absent(state, "to/up.ttl");
  assert_absent(state, "to/up");
  assert_absent(state, "up.ttl");
  assert_int_not_equal(access("/tmp/lamina-up.ttl", F_OK), 0);
}

static void
test_the_first_entry_may_not_lead_out(void** state)
{
  static const Entry entries[] = {
    { .path = "../up.lv2/manifest.ttl" }, { .path = "/tmp/up.lv2/manifest.ttl" },
    { .path = "..", .type = AE_IFDIR },   { .path = "up.lv2/../../up.ttl" },
    { .path = "manifest.ttl" },           { .path = ".up.lv2/manifest.ttl" },
    { .path = "a/manifest.ttl" },         { .path = ".lv2/manifest.ttl" },
  };
  for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); ++i) {
    expect_refusal_of(state, make(state, false, 1, &entries[i]), "");
    expect_refusal_of(state, make(state, true, 1, &entries[i]), "");
  }
  assert_absent(state, "to/up.lv2");
  assert_absent(state, "to/up.ttl");
}

static void
test_links_are_refused(void** state)
{
  expect_refusal(state, (Entry){ "a.lv2/l.ttl", AE_IFLNK, "/etc/passwd", NULL, 0, 0 }, "a link");
  expect_refusal(state, (Entry){ "a.lv2/l", AE_IFLNK, "..", NULL, 0, 0 }, "a link");
  expect_refusal(state, (Entry){ "a.lv2/l.ttl", 0, NULL, "/etc/passwd", 0, 0 }, "a link");
  expect_refusal(state, (Entry){ "a.lv2/l.ttl", 0, NULL, "a.lv2/manifest.ttl", 0, 0 }, "a link");
}

/// The old trick: a link to a folder elsewhere, then a file through it.
static void
test_files_behind_links(void** state)
{
  const Entry entries[] = { good,
                            { .path = "a.lv2/x", .type = AE_IFLNK, .link = "../.." },
                            { .path = "a.lv2/x/up.ttl" } };
  expect_refusal_of(state, make(state, false, 3, entries), "a link");
  assert_absent(state, "to/up.ttl");
}

static void
test_devices_are_refused(void** state)
{
  static const mode_t types[] = { AE_IFIFO, AE_IFCHR, AE_IFBLK };
  for (int i = 0; i < 3; ++i) {
    const Entry entries[] = { good, { .path = "a.lv2/d.ttl", .type = types[i] } };
    expect_refusal_of(state, make(state, false, 2, entries), "neither a file nor a folder");
    remove(folder_path(state, "to/in/a.lv2/manifest.ttl"));
  }
}

static void
test_names_and_kinds(void** state)
{
  expect_refusal(state, (Entry){ .path = "a.lv2/evil.so" }, "not a kind of file");
  expect_refusal(state, (Entry){ .path = "a.lv2/.hidden.ttl" }, "hidden");
  expect_refusal(state, (Entry){ .path = "a.lv2/a\nb.ttl" }, "plain");
  expect_refusal(state, (Entry){ .path = "b.lv2/manifest.ttl" }, "not in the folder");
  expect_refusal(state, (Entry){ .path = "a.lv2x/manifest.ttl" }, "not in the folder");
  expect_refusal(state, (Entry){ .path = "a.lv2/manifest.ttl" }, "twice");
  expect_refusal(state, (Entry){ .path = "a.lv2/manifest.ttl/x.ttl" }, "");
}

static void
test_rights_are_not_taken_over(void** state)
{
  char*       name = NULL;
  struct stat info;
  const Entry entries[] = { { .path = "a.lv2/m.md", .rights = 06777, .size = 1 } };
  umask(022);
  assert_int_equal(extract(state, make(state, false, 1, entries), &name, NULL), STATUS_SUCCESS);
  assert_int_equal(stat(folder_path(state, "to/in/a.lv2/m.md"), &info), 0);
  assert_int_equal(info.st_mode & 07777, 0644);
  free(name);
}

static void
test_too_many_entries(void** state)
{
  static Entry entries[MEMBER_MAX_COUNT + 1];
  static char  names[MEMBER_MAX_COUNT + 1][32];
  char*        name = NULL;
  for (unsigned i = 0; i <= MEMBER_MAX_COUNT; ++i) {
    snprintf(names[i], sizeof(names[i]), "a.lv2/%u.md", i);
    entries[i] = (Entry){ .path = names[i] };
  }
  assert_int_equal(extract(state, make(state, true, MEMBER_MAX_COUNT, entries), &name, NULL),
                   STATUS_SUCCESS);
  free(name);
  make_bundle(state);
  char command[1024];
  snprintf(command, sizeof(command), "rm -r '%s/to'", (const char*)*state);
  assert_int_equal(system(command), 0);
  expect_refusal_of(state, make(state, true, MEMBER_MAX_COUNT + 1, entries), "one file or folder");
}

/// Zeros pack a thousandfold.
static void
test_bombs(void** state)
{
  const Entry entries[] = { { .path = "a.lv2/m.safetensors", .size = ARCHIVE_FREE_SIZE + 65536 } };
  for (int zip = 0; zip < 2; ++zip) {
    const char* const path = make(state, zip, 1, entries);
    struct stat       info;
    assert_int_equal(stat(path, &info), 0);
    assert_true(info.st_size < (off_t)(ARCHIVE_FREE_SIZE / 500));
    expect_refusal_of(state, path, "packed too tight");
    assert_int_equal(stat(folder_path(state, "to/in/a.lv2/m.safetensors"), &info), 0);
    assert_true(info.st_size <= (off_t)ARCHIVE_FREE_SIZE); // It was given up in time
    remove(folder_path(state, "to/in/a.lv2/m.safetensors"));
  }
}

static void
test_many_small_bombs(void** state)
{
  static Entry entries[40];
  static char  names[40][32];
  for (unsigned i = 0; i < 40; ++i) {
    snprintf(names[i], sizeof(names[i]), "a.lv2/%u.md", i);
    entries[i] = (Entry){ .path = names[i], .size = ARCHIVE_FREE_SIZE / 32 };
  }
  expect_refusal_of(state, make(state, true, 40, entries), "32.md: too long, or packed too tight");
}

static void
test_what_packs_well_and_is_small(void** state)
{
  char*       name      = NULL;
  const Entry entries[] = { { .path = "a.lv2/m.safetensors", .size = ARCHIVE_FREE_SIZE } };
  assert_int_equal(extract(state, make(state, true, 1, entries), &name, NULL), STATUS_SUCCESS);
  free(name);
}

static void
test_broken_archives(void** state)
{
  const Entry       entries[] = { good, { .path = "a.lv2/m.md", .size = 3000 } };
  static char       bytes[4096];
  const char* const tar = make(state, false, 2, entries);
  const size_t      n   = folder_read(state, "x.tar.gz", sizeof(bytes), bytes);
  for (size_t cut = 0; cut < n - 8; ++cut) { // The last eight are a checksum
    char* name = NULL;
    folder_write(state, "x.tar.gz", cut, bytes);
    assert_int_equal(extract(state, tar, &name, NULL), STATUS_BAD_FILE);
    assert_null(name);
    remove(folder_path(state, "to/in/a.lv2/manifest.ttl"));
    remove(folder_path(state, "to/in/a.lv2/m.md"));
  }
  folder_write(state, "x.zip", 8, "PK\3\4nope");
  expect_refusal_of(state, folder_path(state, "x.zip"), "");
  folder_write(state, "x.zip", 12, "not at all..");
  expect_refusal_of(state, folder_path(state, "x.zip"), "");
}

/// Set the method of compression of all entries: in their own headers, and in the directory.
static void
set_method(void* const* state, const char method)
{
  static char  bytes[4096];
  const size_t n = folder_read(state, "x.zip", sizeof(bytes), bytes);
  for (size_t i = 0; i + 12 < n; ++i) {
    if (!memcmp(bytes + i, "PK\3\4", 4)) {
      bytes[i + 8] = method;
    } else if (!memcmp(bytes + i, "PK\1\2", 4)) {
      bytes[i + 10] = method;
    }
  }
  folder_write(state, "x.zip", n, bytes);
}

/// One of them has a model of up to 256 MB.
static void
test_unusual_compression(void** state)
{
  static const char methods[] = { 9, 12, 14, 93, 95, 98 };
  for (size_t i = 0; i < sizeof(methods); ++i) {
    const Entry entries[]  = { { .path = "a.lv2/manifest.ttl", .type = AE_IFREG, .size = 300 } };
    const char* const path = make(state, true, 1, entries);
    set_method(state, methods[i]);
    expect_refusal_of(state, path, "only deflation is known");
  }
}

static void
test_what_is_no_archive(void** state)
{
  Diagnostic why  = { "" };
  char*      name = NULL;
  assert_int_equal(extract(state, folder_path(state, "none.zip"), &name, &why), STATUS_NOT_FOUND);
  assert_non_null(strstr(why.text, "none.zip: No such file"));
  expect_refusal_of(state, folder_path(state, "to"), "not a file");
  assert_int_equal(mkfifo(folder_path(state, "pipe.zip"), 0600), 0);
  expect_refusal_of(state, folder_path(state, "pipe.zip"), "not a file");
  expect_refusal_of(state, make(state, false, 0, NULL), "holds no bundle");
}

static void
test_names_of_archives(void** state)
{
  (void)state;
  assert_true(archive_is_named("a/b.zip"));
  assert_true(archive_is_named("b.tar.gz"));
  assert_true(archive_is_named("b.tgz"));
  assert_false(archive_is_named(".zip"));
  assert_false(archive_is_named("zip"));
  assert_false(archive_is_named("b.lv2"));
  assert_false(archive_is_named("b.gz"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    IN_FOLDER(test_round_trip_by_zip),
    IN_FOLDER(test_round_trip_by_tar),
    IN_FOLDER(test_the_same_bundle_makes_the_same_bytes),
    IN_FOLDER(test_archives_by_other_programs),
    IN_FOLDER(test_paths_that_lead_out),
    IN_FOLDER(test_the_first_entry_may_not_lead_out),
    IN_FOLDER(test_links_are_refused),
    IN_FOLDER(test_files_behind_links),
    IN_FOLDER(test_devices_are_refused),
    IN_FOLDER(test_names_and_kinds),
    IN_FOLDER(test_rights_are_not_taken_over),
    IN_FOLDER(test_too_many_entries),
    IN_FOLDER(test_bombs),
    IN_FOLDER(test_many_small_bombs),
    IN_FOLDER(test_what_packs_well_and_is_small),
    IN_FOLDER(test_broken_archives),
    IN_FOLDER(test_unusual_compression),
    IN_FOLDER(test_what_is_no_archive),
    IN_FOLDER(test_names_of_archives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
