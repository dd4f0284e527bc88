/* SPDX-License-Identifier: BSD-3-Clause */
/* The compiled XDP program (an ELF file, STEER_OBJECT) as bytes of the daemon. */
        .section .rodata
        .balign 8
        .global drover_steer_object
        .hidden drover_steer_object
drover_steer_object:
        .incbin STEER_OBJECT
        .global drover_steer_object_end
        .hidden drover_steer_object_end
drover_steer_object_end:
        .section .note.GNU-stack, "", @progbits
