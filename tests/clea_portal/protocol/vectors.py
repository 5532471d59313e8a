"""Codes with known keys and random numbers, as ``reference`` made them once; frozen, so that no change goes unnoticed.

The keys are of no use to anyone: they are hashes of short texts.
"""

SK_SA = "10c27e6c3702c5af767ff5dc059bab9c9e91421e4a9d6ec4bd4d8ceda242505b"
PK_SA = (
    "04ac38b538d00de64e7f8a3d588daf6250a0ee16ed82a745fc2eba0d6d2858277c4f4cb6482bc618d7932baa55df1cf9b3ef"
    "b8193ab3b9418469fd143fad1de4dc"
)
SK_MCTA = "8bb378de308f434ba69e60c6777be1e6fb63112de5f0400af3b890c1530b1b"  # 62 digits: one byte shorter than usual
PK_MCTA = "02c1aadda870caccad60a7bb2218c3d44badcd56a1592d7cf84ef2deb6cf4b8e82"
SK_L = "f8751143732100f067a5f07101e34eaecf7c9eb10c332d67622007c1a885ec0a55e42176d9c677e76fe18c2300290630dccad4"
R_SA = 0x2F3E9C695DC6B8D1B11818D5701919E286DE8D47F7C3EB3100C485F79E57828
R_MCTA = 0x5B77FD01AF957221A4989B64B3770A83A3C56068405B9F0E9408FEAE57FD17E4

T_PERIOD_START = 3_832_444_800
LT_KEY = "092fff8f5fa0264e8b684924b4e0dab116a5c9c51ff966adc3f1f6d5d9761635"
LTID = "c5be12e752b3adf1950e228a679cdc0d"
LT_KEY_REFERENCE_C = "1adcdf4eff89673418b26a62513cfd6e61540b20621d24e34598c843ae903a97"
LTID_REFERENCE_C = "995069833dc0879e10e558ab2706fcc6"

CONTACT = {"phone": "33612345678", "region": 75, "pin": "012345", "t_period_start": T_PERIOD_START}
ENCRYPTED_CONTACT = (
    "19a90e852e1c63e670d991952be878c48c18c881903edeb3b2083b586941136003f6cb2fd497b6480bcae4f0301389f57917"
    "f9cd63f47d219408a8505ecd231f2d"
)

STAFF = {
    "staff": True,
    "cri_exp": 10,
    "venue_type": 19,
    "venue_category1": 5,
    "venue_category2": 10,
    "period_duration": 24,
    "t_period_start": T_PERIOD_START,
    "t_qr_start": 3_832_450_001,
}
STAFF_LSP = (
    "00c5be12e752b3adf1950e228a679cdc0db1cc49bde193312158de44dc06f6bd369f512d524a5435dc2dcdf1e6f363d8382a"
    "a550b2a31a91011d57abd282b18e574052e635a66d07f1c46985826e9e9c3a781e85ae58dfe44807892a6be21d4c3f753d86"
    "c0e13386ec2f58372c5bffa2215f97987e423e16737b3399ae6571d37d3f81f528ce333a12fbafd7ca9b02e40e501f854f9c"
    "aec7b1e2cd289adc206d6aef1dd7ee9fc33d9786b5346b8444"
)

STATIC = {
    "staff": False,
    "cri_exp": 31,
    "venue_type": 1,
    "venue_category1": 0,
    "venue_category2": 15,
    "period_duration": 255,
    "t_period_start": T_PERIOD_START,
    "t_qr_start": 3_832_444_800,
}
STATIC_LSP = (
    "00c5be12e752b3adf1950e228a679cdc0d71cefbe80693312158deb88d06f6bd369f512d524a5435dc2dcdf1e6f363d8382a"
    "a550b2a31a91011d57abd22780784a7daef33c80568fb230c9d0d502e40e501f854f9caec7b1e2cd289adc206d6aef1dd7ee"
    "9fc33d9786b5346b8444"
)

EVENT = {
    "staff": False,
    "cri_exp": 31,
    "venue_type": 31,
    "venue_category1": 15,
    "venue_category2": 0,
    "period_duration": 254,
    "t_period_start": T_PERIOD_START,
    "t_qr_start": 4_294_967_295,
}
EVENT_TIMING = {"visit_duration": 3, "t_event": 3_832_455_600}
EVENT_LSP = (
    "0403e46ea1b0c5be12e752b3adf1950e228a679cdc0d31cee51707933121434f30f206f6bd369f512d524a5435dc2dcdf1e6"
    "f363d8382aa550b2a31a91011d57abd282b18e574052e635a66d07f1c46985826e9e9c3a781e85ae58dfe44807892a6be21d"
    "4c3f753d86c0e13386ec2f58372c5bffa2215f97987e423e16737b3399ae654697667890db598ff322f3dea54a5e7d02e40e"
    "501f854f9caec7b1e2cd289adc206d6aef1dd7ee9fc33d9786b5346b8444"
)
