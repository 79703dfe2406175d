"""The record type license: its fields, states, holders and problems, its digest and its published schema."""
