// SPDX-FileCopyrightText: 2026 The Lamina developers
// SPDX-License-Identifier: GPL-3.0-or-later

#ifndef LAMINA_DSP_ATTRIBUTES_H
#define LAMINA_DSP_ATTRIBUTES_H

/// Never allocates, locks, calls the system or loops without bound.
/// Compilers that can check the promise are told it; the guard in tests/support checks the rest.
#if defined(__clang__) && __clang_major__ >= 20
#define REALTIME __attribute__((nonblocking))
#else
#define REALTIME
#endif

/// The caller must look at the result.
#define NODISCARD __attribute__((warn_unused_result))

/// The arguments are checked against the format string, as printf's are.
#define PRINTF_FORMAT(text, first) __attribute__((format(printf, text, first)))

#endif
