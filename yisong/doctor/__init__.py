"""What is wrong with a bus, from the clocks of its machines to the schema of its databases, and what is to be done?"""

from yisong.doctor.examine import examine
from yisong.doctor.finding import Finding, worst

__all__ = ["Finding", "examine", "worst"]
