"""Tables of sales."""

from klientura.modules.sales.models.around import (
    Competitor,
    CompetitorPrice,
    DealPerson,
    DealRival,
    DealShare,
)
from klientura.modules.sales.models.deals import (
    Course,
    Opportunity,
    OpportunityCheck,
    OpportunityLine,
    StageTaskMade,
    StageVisit,
    Worth,
)
from klientura.modules.sales.models.leads import Lead, ResponseTime, ScoreLimits, ScoreRule
from klientura.modules.sales.models.pipelines import (
    Pipeline,
    PipelineAccess,
    Stage,
    StageCheck,
    StageMover,
    StageNeed,
    StageTask,
)

__all__ = [
    "Competitor",
    "CompetitorPrice",
    "Course",
    "DealPerson",
    "DealRival",
    "DealShare",
    "Lead",
    "Opportunity",
    "OpportunityCheck",
    "OpportunityLine",
    "Pipeline",
    "PipelineAccess",
    "ResponseTime",
    "ScoreLimits",
    "ScoreRule",
    "Stage",
    "StageCheck",
    "StageMover",
    "StageNeed",
    "StageTask",
    "StageTaskMade",
    "StageVisit",
    "Worth",
]
