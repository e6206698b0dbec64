// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/training/program.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

char program_output[16384];

int
program_run(const char* format, ...)
{
  char    command[8192];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(command, sizeof command - 8, format, arguments);
  va_end(arguments);
  assert_in_range(length, 1, sizeof command - 9);
  strcat(command, " 2>&1");

  FILE* const pipe = popen(command, "r");
  assert_non_null(pipe);
  program_output[fread(program_output, 1, sizeof program_output - 1, pipe)] = '\0';
  const int status                                                          = pclose(pipe);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

int
program_lamina(void* const* state, const char* command, const char* arguments)
{
  return program_run("cd '%s' && { '%s' %s %s; }", (const char*)*state, LAMINA, command, arguments);
}

void
program_expect_complaint(const char* words)
{
  const char* const end = strchr(program_output, '\n');
  if (strncmp(program_output, "lamina: ", 8) || !strstr(program_output, words) || !end || end[1]) {
    fail_msg("\"%s\" is not one line with \"%s\"", program_output, words);
  }
}
