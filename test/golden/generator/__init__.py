# SPDX-License-Identifier: BSD-3-Clause
"""Builds the golden cases with scapy: what goes in, and what must come out."""
