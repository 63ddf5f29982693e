"""Words that the names of invented companies and people are made of."""

from __future__ import annotations

_FIRST_WORDS = """
Amber Arctic Birch Bright Cedar Civic Cobalt Copper Coral Crest Delta Ember Fern Flint Golden Granite
Harbor Hazel Indigo Iron Ivory Juniper Lake Lunar Maple Meadow Noble North Oak Ocean Olive Onyx Pine Prime
Quartz River Sage Silver Stone Summit Swift Terra Union Vivid Willow Zephyr
"""
_SECOND_WORDS = """
Analytics Bank Beverages Biotech Capital Care Clinics Dental Design Dynamics Energy Farms Foods Freight
Health Homes Hotels Insurance Labs Learning Legal Logistics Media Metals Mobility Motors Networks Optics
Outfitters Pharma Power Retail Robotics Schools Security Shipping Software Solar Sports Studios Systems
Textiles Tools Travel Ventures Wines Works
"""
_FIRST_NAMES = """
Ada Amir Ana Ben Carla Chen Dana David Elif Emma Farid Grace Hana Hugo Ines Ivan Jonas Julia Kenji Lara Leo
Lucia Maja Marco Maria Mei Nadia Nils Noor Olga Omar Paul Priya Rosa Sam Sara Sven Tara Tom Yuki Zoe
"""
_LAST_NAMES = """
Abe Ahmed Bauer Berg Brown Costa Diaz Dubois Evans Fischer Garcia Haas Ito Jansen Jones Kaya Khan Klein
Kowalski Larsen Lee Lopez Martin Meyer Moore Nagy Novak Okafor Patel Petrov Reed Rossi Santos Sato Schmidt
Silva Singh Smith Tanaka Weber Wilson Wong Young
"""

FIRST_WORDS, SECOND_WORDS = _FIRST_WORDS.split(), _SECOND_WORDS.split()
FIRST_NAMES, LAST_NAMES = _FIRST_NAMES.split(), _LAST_NAMES.split()
