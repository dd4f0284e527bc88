/* SPDX-License-Identifier: BSD-3-Clause */
/* A compiled BPF program (an ELF file, OBJECT) as bytes of the daemon, from SYMBOL to SYMBOL_end. */
#define JOIN(a, b) a##b
#define END(symbol) JOIN(symbol, _end)
        .section .rodata
        .balign 8
        .global SYMBOL
        .hidden SYMBOL
SYMBOL:
        .incbin OBJECT
        .global END(SYMBOL)
        .hidden END(SYMBOL)
END(SYMBOL):
        .section .note.GNU-stack, "", @progbits
